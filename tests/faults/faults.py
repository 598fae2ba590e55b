# SPDX-License-Identifier: Apache-2.0
"""Faults for a program that is run as it is: the runner's side of preload.c.

WINDHOVER_FAULTS=all makes each call site fail with each errno, a number so many sites of each
program; without it, it is a sample that takes seconds.  A sample has a fixed stride.
"""
import ctypes
import errno
import mmap
import os
import shutil
import subprocess
import tempfile

LIBRARY = os.environ.get('WINDHOVER_FAULTS_LIBRARY', 'build/tests/faults/libfaults.so')
WANTED = os.environ.get('WINDHOVER_FAULTS', '')
HALF = -1  # in place of an errno: half of what was asked for is done

# What each call may say.  EINTR only where a signal could: our programs have handlers.
DISK = (errno.ENOSPC, errno.EIO, errno.EROFS)
# Not ENOENT: what is not there is no fault.
OPEN = (errno.EMFILE, errno.EACCES, errno.EIO)
MEMORY = (errno.ENOMEM,)
TABLE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
ERRORS = {
    'malloc': MEMORY, 'calloc': MEMORY, 'realloc': MEMORY, 'mmap64': (errno.ENOMEM, errno.ENODEV),
    'open64': OPEN, 'openat64': OPEN + (errno.ENOSPC, errno.EROFS), 'fopen64': OPEN,
    'opendir': OPEN, 'fdopen': MEMORY, 'fdopendir': MEMORY, 'fmemopen': MEMORY,
    'read': (errno.EIO, errno.EISDIR, HALF), 'pread64': (errno.EIO,),
    'write': (errno.ENOSPC, errno.EIO, errno.EDQUOT, HALF), 'pwrite64': DISK + (HALF,),
    'readdir64': (errno.EIO,), 'fsync': (errno.EIO, errno.ENOSPC), 'fdatasync': (errno.EIO,),
    'fflush': (errno.ENOSPC, errno.EIO), 'fclose': (errno.EIO, errno.ENOSPC),
    'rename': DISK, 'renameat': DISK, 'mkdir': DISK + (errno.EACCES,), 'mkdirat': DISK,
    'unlink': (errno.EROFS, errno.EIO), 'unlinkat': (errno.EROFS, errno.EIO),
    'rmdir': (errno.EROFS,), 'ftruncate64': DISK, 'fallocate64': DISK + (errno.EOPNOTSUPP,),
    'posix_fallocate64': DISK, 'fchmod': (errno.EPERM, errno.EROFS), 'fchown': (errno.EPERM,),
    'fchownat': (errno.EPERM, errno.EROFS), 'chmod': (errno.EPERM,),
    'flock': (errno.ENOLCK, errno.EWOULDBLOCK), 'fstat64': (errno.EIO, errno.ENOMEM),
    'fstatat64': (errno.EIO, errno.EACCES), 'lstat64': (errno.EIO, errno.EACCES),
    'stat64': (errno.EIO, errno.EACCES), 'statfs64': (errno.EIO,), 'readlink': (errno.EACCES,),
    'readlinkat': (errno.EACCES,), 'lseek64': (errno.EIO, errno.ESPIPE),
    'access': (errno.EACCES,), 'dup': TABLE[:1], 'dup2': TABLE[:1], 'dup3': TABLE[:1],
    'pipe2': TABLE, 'eventfd': TABLE, 'signalfd': TABLE, 'memfd_create': TABLE,
    'fcntl64': (errno.EMFILE,), 'socket': TABLE + (errno.EPERM,), 'socketpair': TABLE,
    'bind': (errno.EADDRINUSE, errno.EROFS), 'listen': (errno.EADDRINUSE,),
    'connect': (errno.ECONNREFUSED, errno.EACCES), 'accept4': TABLE + (errno.ECONNABORTED,),
    'setsockopt': (errno.ENOMEM,), 'getsockopt': (errno.ENOBUFS,),
    'sendmsg': (errno.ENOBUFS, errno.EPIPE, errno.ENOMEM), 'recvmsg': (errno.ENOMEM, errno.EMFILE),
    'send': (errno.ENOBUFS, errno.ECONNREFUSED), 'poll': (errno.ENOMEM, errno.EINTR),
    'epoll_create1': TABLE, 'epoll_ctl': (errno.ENOSPC, errno.ENOMEM), 'epoll_wait': (errno.EINTR,),
    'fork': (errno.EAGAIN, errno.ENOMEM), 'unshare': (errno.EPERM, errno.ENOSPC),
    'pthread_create': (errno.EAGAIN,), 'prctl': (errno.EINVAL,), 'setrlimit64': (errno.EPERM,),
    'setresuid': (errno.EAGAIN,), 'setresgid': (errno.EPERM,), 'setgroups': (errno.EPERM,),
    'setpriority': (errno.EACCES,), 'syscall': (errno.ENOSYS, errno.EPERM, errno.ENOMEM),
    'getrandom': (errno.ENOSYS,), 'uname': (errno.EFAULT,),
    # These fail of our own mistakes only.
    'waitpid': (), 'wait4': (), 'sigprocmask': (),
}


class Site(ctypes.Structure):
    _fields_ = [('hash', ctypes.c_uint64), ('where', ctypes.c_uint64 * 4),
                ('call', ctypes.c_uint32), ('count', ctypes.c_uint32)]


class Control(ctypes.Structure):
    """struct faults_control of preload.h."""
    _fields_ = [('program', ctypes.c_char * 16), ('fail', ctypes.c_uint64),
                ('call', ctypes.c_uint32), ('after', ctypes.c_uint32), ('error', ctypes.c_int32),
                ('always', ctypes.c_uint32), ('struck', ctypes.c_uint32),
                ('clock_s', ctypes.c_int64), ('full', ctypes.c_uint32),
                ('names', (ctypes.c_char * 24) * 96), ('sites', Site * 16384)]


class Fault:
    """One site, and what its call says when it fails."""

    def __init__(self, site, call, error):
        self.hash, self.number, self.call = site.hash, site.call, call
        self.where, self.count, self.error = list(filter(None, site.where)), site.count, error

    def told(self, program):
        """In words, with the lines of the source that it is about."""
        error = 'half' if self.error == HALF else errno.errorcode[self.error]
        # A return address is behind its call.
        calls = [hex(at - 1) for at in self.where]
        found = subprocess.run(['addr2line', '-s', '-e', program, *calls],
                               capture_output=True, text=True, check=False).stdout.splitlines()
        return f'{self.call}: {error} at {" < ".join(line.split()[0] for line in found)}'


class Faults:
    """The preloaded library over one program: first it lists call sites, then one of them fails."""

    def __init__(self, program):
        # Others than root run programs of the service.
        self.folder = tempfile.mkdtemp(prefix='windhover-faults-')
        os.chmod(self.folder, 0o755)
        library = shutil.copy(LIBRARY, self.folder)
        os.chmod(library, 0o755)
        path = os.path.join(self.folder, 'control')
        with open(path, 'w+b') as file:
            os.chmod(path, 0o666)
            file.truncate(ctypes.sizeof(Control))
            self.bytes = mmap.mmap(file.fileno(), 0)
        self.control = Control.from_buffer(self.bytes)
        self.control.program = program.encode()[:15]
        self.environment = {**os.environ, 'LD_PRELOAD': library, 'FAULTS': path}

    def close(self):
        del self.control
        self.bytes.close()
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def clear(self):
        """Nothing fails, and no site is known."""
        control = self.control
        control.fail = control.after = control.always = control.struck = 0
        ctypes.memset(control.sites, 0, ctypes.sizeof(control.sites))

    def sites(self):
        """What was listed, in an order that is the same in every run."""
        if self.control.full:
            raise AssertionError(f'{self.control.full} calls found no room for their site')
        found = []
        for site in self.control.sites:
            if site.hash:
                call = self.control.names[site.call].value.decode()
                found.append((call, list(site.where), site))
        return [(call, site) for call, _, site in sorted(found, key=lambda found: found[:2])]

    def choose(self, most):
        """The faults to try: all there are, or ${most} at most, evenly over the sites."""
        sites = [(call, site) for call, site in self.sites() if ERRORS[call]]
        if WANTED == 'all':
            return [Fault(site, call, error) for call, site in sites for error in ERRORS[call]]
        stride = max(1, -(-len(sites) // int(WANTED or most)))
        # Which errno it is differs from one to the next.
        return [Fault(site, call, ERRORS[call][number % len(ERRORS[call])])
                for number, (call, site) in enumerate(sites[::stride])]

    def arm(self, fault, always=False, after=0):
        control = self.control
        control.struck, control.after, control.always = 0, after, always
        control.error, control.call, control.fail = fault.error, fault.number, fault.hash

    def disarm(self):
        """Whether it struck."""
        self.control.fail = 0
        return self.control.struck > 0
