import { TextNode } from 'llamaindex'
import { it } from 'vitest'
import { checkPositions } from '../../../test/adapters/poisoned-reranking.js'
import { PineconeRerank } from '../dist/index.js'

it('an error counts positions in the caller’s nodes, of which some are blank', () =>
  checkPositions((client, texts) => {
    const nodes = texts.map((text) => ({ node: new TextNode({ text }) }))
    return new PineconeRerank({ client }).postprocessNodes(nodes, 'q')
  }))
