import { typed } from '@/shared/typed'

/** What browsers that read bar codes offer; TypeScript does not know it yet. */
interface Detector {
  detect(picture: ImageBitmap): Promise<readonly { rawValue: string }[]>
}

type Detecting = typeof globalThis & { BarcodeDetector?: new () => Detector }

export const canScan = 'BarcodeDetector' in globalThis

/** The first code on a picture; null where there is none to be read. */
export async function scan(file: File): Promise<string | null> {
  const { BarcodeDetector } = globalThis as Detecting
  if (!BarcodeDetector) return null
  try {
    const [code] = await new BarcodeDetector().detect(await createImageBitmap(file))
    return code?.rawValue ?? null
  } catch {
    return null
  }
}

/** What was typed or scanned as a meter number: scanners put the kind of code before it. */
export function meterNumber(text: string): string {
  return typed(text).replace(/^[A-Z0-9_]+,/, '').replace(/\s/g, '').toUpperCase()
}
