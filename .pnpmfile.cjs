const { url } = require('./release/repository.json')

/** What each packed package.json says about where it is from, once the repository has an address. */
function beforePacking(manifest) {
  if (!url) return manifest
  const directory = `packages/${manifest.name.split('/')[1]}`
  return {
    ...manifest,
    repository: { type: 'git', url: `git+${url}.git`, directory },
    homepage: `${url}/tree/main/${directory}#readme`,
    bugs: `${url}/issues`,
    publishConfig: { ...manifest.publishConfig, provenance: true },
  }
}

module.exports = { hooks: { beforePacking } }
