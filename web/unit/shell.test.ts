import { describe, expect, test } from 'vitest'
import { belongs, cacheOf, keptAs, outdated, type Build } from '../src/m/worker/shell'

const build: Build = { version: '7', page: '/m/staff', files: ['/assets/m-1.js', '/assets/m-1.css', '/favicon.svg'] }
const ORIGIN = 'https://water.example.edu.cn'
const asked = (path: string, mode = 'cors', method = 'GET') => ({ method, mode, url: new URL(path, ORIGIN).href })

describe('what the worker answers', () => {
  test('r22: field pages come from the phone, whatever their address says after it', () => {
    for (const path of ['/m/staff', '/m/staff/', '/m/staff/meter/W0001?from=scan', '/m/staff/queue']) {
      expect(keptAs(asked(path, 'navigate'), ORIGIN, build)).toBe('/m/staff')
    }
  })

  test('residents’ pages and the console always come from the server', () => {
    for (const path of ['/m/', '/m/bills', '/m/staffroom', '/admin/', '/']) {
      expect(keptAs(asked(path, 'navigate'), ORIGIN, build)).toBeNull()
    }
  })

  test('files of this build are kept, and no others', () => {
    expect(keptAs(asked('/assets/m-1.js'), ORIGIN, build)).toBe('/assets/m-1.js')
    expect(keptAs(asked('/assets/admin-1.js'), ORIGIN, build)).toBeNull()
    expect(keptAs(asked('https://other.example/assets/m-1.js'), ORIGIN, build)).toBeNull()
  })

  test('data, pictures and papers are never touched', () => {
    for (const path of ['/graphql', '/photos/0a1b', '/paper/notices/1.pdf', '/export/labels/1.pdf', '/proof/a/b/c']) {
      expect(keptAs(asked(path), ORIGIN, build)).toBeNull()
      expect(keptAs(asked(path, 'cors', 'POST'), ORIGIN, build)).toBeNull()
    }
    expect(keptAs(asked('/assets/m-1.js', 'cors', 'POST'), ORIGIN, build)).toBeNull()
  })
})

test('only caches of earlier builds are cleared away', () => {
  expect(cacheOf(build)).toBe('chaobiao-m-7')
  expect(outdated(['chaobiao-m-6', 'chaobiao-m-7', 'somebody-else'], build)).toEqual(['chaobiao-m-6'])
})

test('a page of another build is not kept beside these files', () => {
  expect(belongs('<script src="/assets/m-1.js"></script><link href="/assets/m-1.css">', build)).toBe(true)
  expect(belongs('<script src="/assets/m-2.js"></script><link href="/assets/m-1.css">', build)).toBe(false)
  expect(belongs('<p>502 Bad Gateway</p>', build)).toBe(false)
})
