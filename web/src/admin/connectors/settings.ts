import type { ConnectorKind, ConnectorSettingsInput } from '@/gql/graphql'
import { sayEvery } from '../collectors/sweeping'

/** What may be chosen; each divides a day. */
const STEPS = [15, 30, 60, 120, 240, 360, 720, 1440] as const

export function stepsWith(current: number): readonly number[] {
  return [...new Set([...STEPS, current])].sort((one, other) => one - other)
}

/** As a form holds it. */
export interface ConnectorForm {
  name: string
  kind: ConnectorKind
  /** An address, or the name of a folder. */
  place: string
  profileId: string
  everyMinutes: number
  /** `HH:MM` of the first run of a day. */
  firstAt: string
}

export const EMPTY: ConnectorForm = {
  name: '',
  kind: 'WEB',
  place: '',
  profileId: '',
  everyMinutes: 1440,
  firstAt: '06:30',
}

interface Shown {
  name: string
  kind: ConnectorKind
  url?: string | null
  folder?: string | null
  profileId: string
  everyMinutes: number
  offsetMinutes: number
}

export function clockOf(minutes: number): string {
  const two = (figure: number) => figure.toString().padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

export function formOf(shown: Shown): ConnectorForm {
  const { name, kind, url, folder, profileId, everyMinutes, offsetMinutes } = shown
  return { name, kind, place: url ?? folder ?? '', profileId, everyMinutes, firstAt: clockOf(offsetMinutes) }
}

/** A time later than one step is the same as what is left of it: every hour from 06:30 is from 00:30. */
export function inputOf(form: ConnectorForm): ConnectorSettingsInput {
  const [hours = 0, minutes = 0] = form.firstAt.split(':').map(Number)
  const place = form.place.trim()
  return {
    name: form.name.trim(),
    kind: form.kind,
    url: form.kind === 'WEB' ? place : null,
    folder: form.kind === 'FOLDER' ? place : null,
    profileId: form.profileId,
    everyMinutes: form.everyMinutes,
    offsetMinutes: (hours * 60 + minutes) % form.everyMinutes,
  }
}

export function saySchedule(everyMinutes: number, offsetMinutes: number): string {
  const from = `${clockOf(offsetMinutes)} 起`
  return everyMinutes === 1440 ? `每天 ${clockOf(offsetMinutes)}` : `${sayEvery(everyMinutes)}，${from}`
}
