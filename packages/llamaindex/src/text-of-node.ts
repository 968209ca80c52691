import { type BaseNode, MetadataMode } from '@llamaindex/core/schema'

/** What `nodeToMetadata` of @llamaindex/core 0.6.22 (vector-store) adds to a node's own metadata. */
const OF_VECTOR_STORES = new Set(['_node_content', '_node_type', 'doc_id', 'document_id', 'ref_doc_id'])

/**
 * The text that a node is embedded and ranked by. A node from a vector store may contain itself as JSON in its
 * metadata, with what was excluded from embedding. Without that, the text is that of the original node.
 */
export function textOf(node: BaseNode): string {
  if (!('_node_content' in node.metadata)) return node.getContent(MetadataMode.EMBED)
  const own = Object.entries(node.metadata).filter(([key]) => !OF_VECTOR_STORES.has(key))
  const original: BaseNode = Object.create(node, { metadata: { value: Object.fromEntries(own) } })
  return original.getContent(MetadataMode.EMBED)
}

/** Names nodes by ids that their owner can find. */
export function namesOf(nodes: readonly BaseNode[]): string {
  const named = nodes.slice(0, 5).map((node) => {
    const source = node.sourceNode?.nodeId
    return `node ${JSON.stringify(node.id_)}${source ? ` of document ${JSON.stringify(source)}` : ''}`
  })
  const more = nodes.length - named.length
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
