import { RequestFault, send } from './gqlFetch'

/** Enough to read the smallest wheel of a dial that fills a third of the picture. */
export const LONGEST_SIDE = 1600
/** A picture already this small is sent as it is. */
export const SMALL_BYTES = 1024 * 1024
const JPEG_QUALITY = 0.85
const ACCEPTED = new Set(['image/jpeg', 'image/png'])

export interface PictureFacts {
  type: string
  bytes: number
  width: number
  height: number
}

export type ShrinkPlan = { kind: 'keep' } | { kind: 'encode'; width: number; height: number }

/** Whether to send a picture as taken, or as a JPEG no longer than `LONGEST_SIDE`. */
export function shrinkPlan({ type, bytes, width, height }: PictureFacts): ShrinkPlan {
  const longest = Math.max(width, height)
  if (ACCEPTED.has(type) && longest <= LONGEST_SIDE && bytes <= SMALL_BYTES) {
    return { kind: 'keep' }
  }
  if (longest <= LONGEST_SIDE) return { kind: 'encode', width, height }
  const side = (length: number) => Math.max(1, Math.round((length * LONGEST_SIDE) / longest))
  return { kind: 'encode', width: side(width), height: side(height) }
}

export class UnreadablePicture extends Error {
  readonly code = 'PICTURE_UNREADABLE'

  constructor() {
    super('打不开这张照片，请用相机直接拍摄，或换一张 JPG、PNG 照片。')
    this.name = 'UnreadablePicture'
  }
}

function decode(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new UnreadablePicture())
    image.src = url
  })
}

async function encode(image: HTMLImageElement, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (!context) throw new UnreadablePicture()
  context.drawImage(image, 0, 0, width, height)
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new UnreadablePicture())),
      'image/jpeg',
      JPEG_QUALITY,
    )
  })
}

/** A picture the server takes: JPEG or PNG, and small enough for a slow network. */
export async function prepare(file: File): Promise<Blob> {
  const url = URL.createObjectURL(file)
  try {
    const image = await decode(url)
    const { naturalWidth: width, naturalHeight: height } = image
    if (width === 0 || height === 0) throw new UnreadablePicture()
    const plan = shrinkPlan({ type: file.type, bytes: file.size, width, height })
    return plan.kind === 'keep' ? file : await encode(image, plan.width, plan.height)
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** The server has seen the picture and will not have it, now or later. */
export function isRefusedPicture(error: unknown): boolean {
  return error instanceof RequestFault && error.code.startsWith('PHOTO_')
}

/** What the server said of a picture it does not take; something before it may say nothing. */
async function refusalOf(response: Response): Promise<RequestFault> {
  if (response.status === 401) return new RequestFault('fault', 'UNAUTHENTICATED', '登录已过期，请重新登录。')
  const said = (await response.json().catch(() => ({}))) as { code?: string; message?: string }
  if (said.code?.startsWith('PHOTO_') && said.message) return new RequestFault('fault', said.code, `${said.message}。`)
  if (response.status === 413) return new RequestFault('fault', 'PHOTO_TOO_LARGE', '照片太大，请重新拍摄。')
  return new RequestFault('fault', 'PICTURE_NOT_SENT', '照片没有传上去，请重试。')
}

/** Stores a picture; the answer is its hash, by which a reading names it. */
export async function upload(picture: Blob): Promise<string> {
  const form = new FormData()
  form.append('photo', picture, picture.type === 'image/png' ? 'photo.png' : 'photo.jpg')
  const response = await send('/photos', form, {})
  if (!response.ok) throw await refusalOf(response)
  const { hash } = (await response.json()) as { hash: string }
  return hash
}

export function photoAddress(hash: string): string {
  return `/photos/${hash}`
}

/** Small, for a list or a slow network. */
export function photoThumbnail(hash: string): string {
  return `/photos/${hash}/thumbnail`
}

/** The wheels alone, cut out and straightened. */
export function photoCrop(hash: string): string {
  return `/photos/${hash}/crop`
}
