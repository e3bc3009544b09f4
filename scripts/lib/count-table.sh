# Rows counted in a restored database beside those a backup was made with. Sourced, not run.
# shellcheck shell=bash

# compare_counts EXPECTED FOUND: both DATABASE<tab>TABLE<tab>ROWS. Prints a table; returns 1 when a row of it differs.
compare_counts() {
  awk -F '\t' '
    FNR == NR { if (!(($1 FS $2) in want)) order[++n] = $1 FS $2; want[$1 FS $2] = $3; next }
    { if (!(($1 FS $2) in want)) { order[++n] = $1 FS $2; want[$1 FS $2] = "-" } got[$1 FS $2] = $3 }
    END {
      printf "%-10s %-44s %12s %12s\n", "DATABASE", "TABLE", "BACKUP", "RESTORED"
      for (i = 1; i <= n; i++) {
        key = order[i]; split(key, at, FS)
        here = (key in got) ? got[key] : "-"
        if (want[key] != here) { bad++; mark = "  <-- differs" } else mark = ""
        if (want[key] == 0 && here == 0) { empty++; continue }
        printf "%-10s %-44s %12s %12s%s\n", at[1], at[2], want[key], here, mark
        rows += here
      }
      printf "%d tables (%d of them empty), %d rows%s\n", n, empty, rows, bad ? ", " bad " DIFFER" : ", all as they were"
      exit bad > 0
    }' "$1" "$2"
}
