import { expect, it } from 'vitest'
// @ts-expect-error a script without types
import { absoluteLinks, installsByName } from '../../release/with-registry-readmes.mjs'

it('leads the links of a README into the repository, and leaves those that lead elsewhere', () => {
  const markdown = `[guide](../../docs/testing-offline.md#faults), [here](#options), [npm](https://example.com)
![plot](picture.svg) <img alt="page" src="docs/page.png">`
  expect(absoluteLinks(markdown, 'packages/client', 'https://git.example/p')).toBe(
    `[guide](https://git.example/p/blob/main/docs/testing-offline.md#faults), [here](#options), [npm](https://example.com)
![plot](https://git.example/p/raw/main/packages/client/picture.svg) <img alt="page" src="https://git.example/p/raw/main/packages/client/docs/page.png">`,
  )
})

it('installs by name what the repository packs', () => {
  expect(
    installsByName(
      '`npx -y pnpm@12 install-into ../my-app @pinecone-inference/llamaindex llamaindex # both`',
    ),
  ).toBe('`npm install @pinecone-inference/llamaindex llamaindex # both`')
})

it('leaves out what only an install from the repository needs', () => {
  expect(
    installsByName(`# not on npm yet: packs it, in a clone of this repository
npx -y pnpm@12 install-into ../my-app @pinecone-inference/cli
cd ../my-app
npx pinecone-inference serve`),
  ).toBe(`npm install @pinecone-inference/cli
npx pinecone-inference serve`)
})
