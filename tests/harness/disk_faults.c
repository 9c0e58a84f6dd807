/* Preloaded into a server or into dvt.
   DVT_FULL_DISK names a file: while it exists, writes to files whose path contains its text fail as on a full disk.
   DVT_DISK_FAULT is "KIND:N:PATH": all calls that change files whose path contains PATH are counted. KIND `count` appends one byte a
   call to the file that DVT_DISK_COUNT names; `kill` ends the process before the Nth of them, `torn` within it, if it is a write;
   `full` lets the Nth and all later writes fail as on a full disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

static int path_of(int fd, char* path, size_t room) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, room - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return 1;
}

static int full(int fd) {
  const char* flag = getenv("DVT_FULL_DISK");
  if (flag == NULL || access(flag, R_OK) != 0) return 0;
  char wanted[256] = "", path[4096];
  const int file = open(flag, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t got = read(file, wanted, sizeof(wanted) - 1);
  close(file);
  while (got > 0 && wanted[got - 1] == '\n') wanted[--got] = 0;
  return got > 0 && path_of(fd, path, sizeof(path)) && strstr(path, wanted) != NULL;
}

static void end_now(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* What becomes of this call: 0 nothing, 1 a full disk, 2 the process ends within it. `letter` tells the kind of call. */
static int counted(const char* path, char letter) {
  static atomic_long calls;
  const char* fault = getenv("DVT_DISK_FAULT");
  const char* first = fault != NULL ? strchr(fault, ':') : NULL;
  const char* second = first != NULL ? strchr(first + 1, ':') : NULL;
  if (second == NULL || strstr(path, second + 1) == NULL) return 0;
  const long number = atomic_fetch_add(&calls, 1) + 1, wanted = atol(first + 1);
  if (strncmp(fault, "count", 5) == 0) {
    const int file = open(getenv("DVT_DISK_COUNT"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    syscall(SYS_write, file, &letter, 1);
    close(file);
    return 0;
  }
  if (strncmp(fault, "full", 4) == 0) return letter == 'w' && number >= wanted;
  if (number < wanted) return 0;
  if (number == wanted && letter == 'w' && strncmp(fault, "torn", 4) == 0) return 2;
  end_now();
  return 0;
}

static int counted_fd(int fd, char letter) {
  const int kept = errno;
  char path[4096];
  const int what = getenv("DVT_DISK_FAULT") != NULL && path_of(fd, path, sizeof(path)) ? counted(path, letter) : 0;
  errno = kept;
  return what;
}

/* `TORN` writes a part of the data, and the process ends. */
#define FAIL_IF_FULL(fd, TORN)                    \
  {                                               \
    const int kept = errno;                       \
    const int what = counted_fd(fd, 'w');         \
    if (what == 2) {                              \
      TORN;                                       \
      end_now();                                  \
    }                                             \
    if (what == 1 || full(fd)) {                  \
      errno = ENOSPC;                             \
      return -1;                                  \
    }                                             \
    errno = kept;                                 \
  }

ssize_t write(int fd, const void* data, size_t size) {
  FAIL_IF_FULL(fd, syscall(SYS_write, fd, data, size / 2))
  return NEXT(ssize_t(*)(int, const void*, size_t), "write")(fd, data, size);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  FAIL_IF_FULL(fd, syscall(SYS_pwrite64, fd, data, size / 2, at))
  return NEXT(ssize_t(*)(int, const void*, size_t, off_t), "pwrite")(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  FAIL_IF_FULL(fd, syscall(SYS_pwrite64, fd, data, size / 2, at))
  return NEXT(ssize_t(*)(int, const void*, size_t, off64_t), "pwrite64")(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  FAIL_IF_FULL(fd, syscall(SYS_writev, fd, parts, count / 2))
  return NEXT(ssize_t(*)(int, const struct iovec*, int), "writev")(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t at) {
  FAIL_IF_FULL(fd, )
  return NEXT(ssize_t(*)(int, const struct iovec*, int, off_t), "pwritev")(fd, parts, count, at);
}
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off64_t at) {
  FAIL_IF_FULL(fd, )
  return NEXT(ssize_t(*)(int, const struct iovec*, int, off64_t), "pwritev64")(fd, parts, count, at);
}
int fsync(int fd) {
  counted_fd(fd, 's');
  return NEXT(int (*)(int), "fsync")(fd);
}
int fdatasync(int fd) {
  counted_fd(fd, 's');
  return NEXT(int (*)(int), "fdatasync")(fd);
}
int ftruncate(int fd, off_t size) {
  counted_fd(fd, 't');
  return NEXT(int (*)(int, off_t), "ftruncate")(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  counted_fd(fd, 't');
  return NEXT(int (*)(int, off64_t), "ftruncate64")(fd, size);
}
int rename(const char* from, const char* to) {
  counted(from, 'r');
  return NEXT(int (*)(const char*, const char*), "rename")(from, to);
}
int unlink(const char* path) {
  counted(path, 'u');
  return NEXT(int (*)(const char*), "unlink")(path);
}
