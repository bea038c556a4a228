import { expect, test } from 'vitest'
import { blocksOf } from '../src/shared/articleText'

test('lines, headings and lists are told apart', () => {
  expect(blocksOf('# 缴费\n\n可以在：\n- 网上\n- **窗口**\n1. 取号\n2、排队')).toEqual([
    { kind: 'heading', pieces: [{ text: '缴费' }] },
    { kind: 'text', pieces: [{ text: '可以在：' }] },
    { kind: 'list', ordered: false, items: [[{ text: '网上' }], [{ text: '窗口', strong: true }]] },
    { kind: 'list', ordered: true, items: [[{ text: '取号' }], [{ text: '排队' }]] },
  ])
})

test('links lead to pages and telephones only', () => {
  const [line] = blocksOf('见[收费标准](https://example.edu.cn/price)，电话[87654321](tel:027-87654321)，[别点](javascript:alert(1))')
  expect(line).toEqual({
    kind: 'text',
    pieces: [
      { text: '见' },
      { text: '收费标准', href: 'https://example.edu.cn/price' },
      { text: '，电话' },
      { text: '87654321', href: 'tel:027-87654321' },
      { text: '，[别点](javascript:alert(1))' },
    ],
  })
})

test('a bold beginning is no list, a figure no number', () => {
  expect(blocksOf('**注意**：停水\n3.5 元一吨')[0]).toMatchObject({ kind: 'text' })
  expect(blocksOf('**注意**：停水\n3.5 元一吨')[1]).toMatchObject({ kind: 'text' })
})
