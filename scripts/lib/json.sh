# JSON from the shell. Sourced, not run; needs nothing.
# shellcheck shell=bash

# A string as JSON writes it.
json_string() {
  local text=$1 out='' char code i
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    case $char in
      '"') out+='\"' ;;
      "\\") out+="\\\\" ;;
      $'\n') out+='\n' ;;
      $'\t') out+='\t' ;;
      [[:cntrl:]])
        printf -v code '%04x' "'$char"
        out+="\\u$code"
        ;;
      *) out+=$char ;;
    esac
  done
  printf '"%s"' "$out"
}
