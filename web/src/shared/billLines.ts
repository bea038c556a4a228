import { COMMODITY } from './words'

interface Line {
  commodity: 'WATER' | 'ELECTRICITY'
  component: string
  tier?: number | null
}

const NUMERALS = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九']

const OWN = new Set(['water', 'electricity'])

/** `用水第二阶梯`; an addition such as 污水处理费 has a name of its own. */
export function lineName({ commodity, component, tier }: Line): string {
  const { name } = COMMODITY[commodity]
  if (!OWN.has(component)) return component
  return tier == null ? name : `${name}第${NUMERALS[tier] ?? tier}阶梯`
}
