/* Preloaded into a server or into dvt: while the file that DVT_FULL_DISK names exists, writes to files whose path contains that
   file's text fail as on a full disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int full(int fd) {
  const char* flag = getenv("DVT_FULL_DISK");
  if (flag == NULL || access(flag, R_OK) != 0) return 0;
  const int kept = errno;
  char wanted[256] = "", link[64], path[4096];
  const int file = open(flag, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t got = read(file, wanted, sizeof(wanted) - 1);
  close(file);
  while (got > 0 && wanted[got - 1] == '\n') wanted[--got] = 0;
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  errno = kept;
  if (got <= 0 || length <= 0) return 0;
  path[length] = 0;
  return strstr(path, wanted) != NULL;
}

#define FAIL_IF_FULL(fd) \
  if (full(fd)) {        \
    errno = ENOSPC;      \
    return -1;           \
  }
#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

ssize_t write(int fd, const void* data, size_t size) {
  FAIL_IF_FULL(fd)
  return NEXT(ssize_t(*)(int, const void*, size_t), "write")(fd, data, size);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  FAIL_IF_FULL(fd)
  return NEXT(ssize_t(*)(int, const void*, size_t, off_t), "pwrite")(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  FAIL_IF_FULL(fd)
  return NEXT(ssize_t(*)(int, const void*, size_t, off64_t), "pwrite64")(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  FAIL_IF_FULL(fd)
  return NEXT(ssize_t(*)(int, const struct iovec*, int), "writev")(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t at) {
  FAIL_IF_FULL(fd)
  return NEXT(ssize_t(*)(int, const struct iovec*, int, off_t), "pwritev")(fd, parts, count, at);
}
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off64_t at) {
  FAIL_IF_FULL(fd)
  return NEXT(ssize_t(*)(int, const struct iovec*, int, off64_t), "pwritev64")(fd, parts, count, at);
}
