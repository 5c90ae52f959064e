# Sourced by tools/mondeq, tools/test and tools/fuzz, which set $root.

drop_idle_messages() {
  (
    trap '' INT  # bazel still has to say how it ended
    exec grep --line-buffered -v -E \
      -e '^(Loading|Analyzing|INFO|DEBUG): ?' \
      -e '^\[[0-9,]+ / [0-9,]+\] (\[Prepa\] )?BazelWorkspaceStatusAction' \
      -e '^/usr/bin/ld.gold: warning: Cannot export local symbol .__asan_' \
      -e '^WARNING: option .--platform_suffix. was expanded' \
      -e '^There were tests whose specified size is too big' \
      -e '^$'
  )
}

# quiet_bazel COMMAND ARGS: runs bazel in $root without a word on stdout. Passes
# on to stderr what tells of real work (progress, errors, failing tests): when
# there is nothing to do it prints nothing, and gold's complaints about clang's
# address sanitizer are left out. Returns bazel's exit status.
quiet_bazel() {
  cd "$root" &&
    bazel "$1" --color=no --curses=no --show_result=0 --show_progress_rate_limit=2 "${@:2}" \
      < /dev/null 2>&1 |
    drop_idle_messages >&2
  return "${PIPESTATUS[0]}"
}

readonly BAZEL_INTERRUPTED=8
