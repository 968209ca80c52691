// A plugin of typedoc, for `docs:api`: the site calls a page by its title, not by the name of its file.
import { ReflectionKind, Renderer } from 'typedoc'

export function load({ renderer }) {
  renderer.on(Renderer.EVENT_BEGIN, ({ project }) => {
    for (const page of project.getReflectionsByKind(ReflectionKind.Document)) {
      const text = page.content.map((part) => part.text).join('')
      page.name = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? page.name
    }
  })
}
