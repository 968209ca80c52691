/**
 * Each script runs the command itself, `pinecone-inference __complete -- WORD…`, so an update does not make it stale.
 * If that prints nothing, the shell completes file names.
 */
export const scripts = {
  bash: `_pinecone_inference() {
  local candidate rest
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate rest; do
    COMPREPLY+=("$candidate")
  done < <(pinecone-inference __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _pinecone_inference pinecone-inference
`,
  zsh: `#compdef pinecone-inference
_pinecone_inference() {
  local candidate description
  local -a found
  while IFS=$'\\t' read -r candidate description; do
    found+=("\${candidate//:/\\\\:}:$description")
  done < <(pinecone-inference __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then
    _describe 'pinecone-inference' found
  else
    _files
  fi
}
# Sourced, or the first time called as a file of fpath.
if [[ \${funcstack[1]} == _pinecone-inference ]]; then
  _pinecone_inference "$@"
else
  compdef _pinecone_inference pinecone-inference
fi
`,
  fish: `function __pinecone_inference_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (pinecone-inference __complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c pinecone-inference -f -a '(__pinecone_inference_complete)'
`,
} as const

export type Shell = keyof typeof scripts
export const shells = Object.keys(scripts) as Shell[]
