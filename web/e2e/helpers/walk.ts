import { expect, type Browser } from '@playwright/test'
import { asStaff, query, world } from './world'

const here = world()

/** Sends the reader out with three meters of a book of theirs, in a month that has no round yet. */
export async function sendOut(browser: Browser): Promise<string[]> {
  const context = await browser.newContext({ baseURL: here.baseUrl })
  const page = await context.newPage()
  await asStaff(page, here.reviewer)
  interface Books {
    readingBooks: { book: string; campus: string; reader: string | null }[]
  }
  interface Meters {
    meters: { nodes: { meterNo: string; selfRead: boolean; commodity: string; lastReading: { readAt: string } | null }[] }
  }
  const { readingBooks } = await query<Books>(page, '{ readingBooks { book campus reader } }', {})
  const own = readingBooks.find(({ reader }) => reader === here.reader.login)
  if (!own) throw new Error('the reader has no book')
  const text = 'query Book($book: String!) { meters(book: $book, first: 50) { nodes { meterNo selfRead commodity lastReading { readAt } } } }'
  const { meters } = await query<Meters>(page, text, { book: own.book })
  // Read today already, another index would be no plain reading any more.
  const yesterday = Date.now() - 86_400_000
  const water = meters.nodes.filter(
    ({ selfRead, commodity, lastReading }) =>
      !selfRead && commodity === 'WATER' && lastReading && Date.parse(lastReading.readAt) < yesterday,
  )
  const meterNos = water.slice(0, 3).map(({ meterNo }) => meterNo)
  expect(meterNos).toHaveLength(3)
  // A month so far off that no other run of these tests has taken it.
  const month = `${2100 + (Math.floor(Date.now() / 1000) % 800)}-01`
  interface Opened {
    openReadingRound: { userErrors: { message: string }[] }
  }
  const opened = await query<Opened>(
    page,
    'mutation Out($input: OpenReadingRoundInput!) { openReadingRound(input: $input) { userErrors { message } } }',
    {
      input: {
        idempotencyKey: `e2e-field-${Date.now()}`,
        book: own.book,
        month,
        campusId: own.campus,
        dueOn: `${month}-28`,
        meterNos,
        reader: here.reader.login,
      },
    },
  )
  expect(opened.openReadingRound.userErrors).toEqual([])
  await context.close()
  return meterNos
}
