// A plugin of typedoc, for `docs:api`: pages under their titles and in groups, Mermaid drawn without a network.
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, Comment, CommentTag, PageEvent, ReflectionKind, Renderer } from 'typedoc'

const { url } = JSON.parse(readFileSync(new URL('../release/repository.json', import.meta.url), 'utf8'))

const PACKAGES = 'Packages'
const MERMAID = 'assets/mermaid.js'
const DIAGRAM = '<pre class="mermaid">'

/** In the order of the sidebar. A page belongs to the first group whose pattern its path matches. */
const GROUPS = {
  Start: /^docs\/(recipes|choosing-a-model|testing-offline)\.md$|^examples\//,
  Guides: /^docs\/(?!from-|versioning)/,
  'Coming from': /^docs\/from-/,
  [PACKAGES]: /^$/,
  Measurements: /^bench\//,
  Project: /./,
}

export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('groupOrder', [...Object.keys(GROUPS), '*'])
    if (url) linkIntoRepository(app.options)
    app.options.setValue('markdownItLoader', (parser) => {
      leaveMermaidToBrowser(parser)
      keepCodeOfHeadings(parser)
    })
  })
  app.renderer.on(PageEvent.END, drawDiagrams)
  app.renderer.on(Renderer.EVENT_END, ({ outputDirectory }) => {
    copyFileSync(fileURLToPath(import.meta.resolve('@mermaid-js/tiny')), join(outputDirectory, MERMAID))
  })
  app.on(Application.EVENT_PROJECT_REVIVE, (project) => {
    for (const page of project.getReflectionsByKind(ReflectionKind.Document)) {
      const path = project.files.getReflectionPath(page)?.slice(process.cwd().length + 1) ?? ''
      page.frontmatter.group = Object.keys(GROUPS).find((group) => GROUPS[group].test(path))
      page.name = titleOf(page) ?? page.name
    }
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      module.name = module.name.replace('@pinecone-inference/', '')
      module.comment ??= new Comment()
      module.comment.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: PACKAGES }]))
    }
  })
}

function linkIntoRepository(options) {
  const source = {
    sourceLinkTemplate: `${url}/blob/main/{path}#L{line}`,
    gitRevision: 'main',
    disableGit: true,
  }
  options.setValue('packageOptions', { ...options.getValue('packageOptions'), ...source })
  options.setValue('navigationLinks', { Repository: url })
}

function titleOf(page) {
  const text = page.content.map((part) => part.text).join('')
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '')
}

function leaveMermaidToBrowser(parser) {
  const { fence } = parser.renderer.rules
  parser.renderer.rules.fence = (tokens, i, ...rest) =>
    tokens[i].info === 'mermaid'
      ? `${DIAGRAM}${parser.utils.escapeHtml(tokens[i].content)}</pre>`
      : fence(tokens, i, ...rest)
}

function drawDiagrams(page) {
  if (!page.contents?.includes(DIAGRAM)) return
  const script = `${'../'.repeat(page.url.split('/').length - 1)}${MERMAID}`
  page.contents = page.contents.replace(
    '</body>',
    `<script src="${script}"></script>
<script>
const { theme } = document.documentElement.dataset
const isDark = theme === 'os' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark'
mermaid.initialize({
  theme: isDark ? 'dark' : 'neutral',
  themeVariables: { fontSize: '13px' },
  flowchart: { useMaxWidth: false, nodeSpacing: 12, rankSpacing: 28, padding: 8, wrappingWidth: 170 },
})
</script>
</body>`,
  )
}

/** The anchors and the table of contents that typedoc makes of headings count text alone, and leave out code. */
function keepCodeOfHeadings(parser) {
  parser.core.ruler.push('code-of-headings', ({ tokens, Token }) => {
    const html = (content) => Object.assign(new Token('html_inline', '', 0), { content })
    for (const [i, { type }] of tokens.entries()) {
      const heading = tokens[i + 1]
      if (type !== 'heading_open' || !heading?.children) continue
      heading.children = heading.children.flatMap((part) =>
        part.type === 'code_inline'
          ? [
              html('<code>'),
              Object.assign(new Token('text', '', 0), { content: part.content }),
              html('</code>'),
            ]
          : [part],
      )
    }
  })
}
