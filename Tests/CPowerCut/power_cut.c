// See the header. Locks, shared memory and reading are the system's VFS's; only the steps that a power cut can undo
// pass through the watcher.

#include "CPowerCut.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct power_cut_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *system;
    power_cut_watcher watcher;
    char name[];
};

// A file of this VFS; the system's own follows behind it.
typedef struct {
    sqlite3_file base;
    const power_cut_watcher *watcher;
    const char *path;  // SQLite keeps it for as long as the file is open.
    int64_t number;    // 0 for a temporary file, of which nobody is told.
    int syncs_folder;
} watched_file;

static sqlite3_file *system_file(sqlite3_file *file) { return (sqlite3_file *)((watched_file *)file + 1); }
#define SYSTEM(file, method, ...) system_file(file)->pMethods->method(system_file(file), ##__VA_ARGS__)

// Steps that change the disk

static int watched_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    const watched_file *self = (watched_file *)file;
    if (self->number != 0) {
        int code = self->watcher->write(self->watcher->context, self->number, offset, bytes, count);
        if (code != SQLITE_OK) return code;
    }
    return SYSTEM(file, xWrite, bytes, count, offset);
}

static int watched_truncate(sqlite3_file *file, sqlite3_int64 size) {
    const watched_file *self = (watched_file *)file;
    if (self->number != 0) {
        int code = self->watcher->truncate(self->watcher->context, self->number, size);
        if (code != SQLITE_OK) return code;
    }
    return SYSTEM(file, xTruncate, size);
}

static int watched_sync(sqlite3_file *file, int flags) {
    (void)flags;
    watched_file *self = (watched_file *)file;
    if (self->number == 0) return SQLITE_OK;
    int code = self->watcher->sync(self->watcher->context, self->number);
    if (code != SQLITE_OK || !self->syncs_folder) return code;
    self->syncs_folder = 0;
    return self->watcher->sync_folder(self->watcher->context, self->path);
}

// What only passes through

static int watched_close(sqlite3_file *file) { return SYSTEM(file, xClose); }
static int watched_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return SYSTEM(file, xRead, bytes, count, offset);
}
static int watched_size(sqlite3_file *file, sqlite3_int64 *size) { return SYSTEM(file, xFileSize, size); }
static int watched_lock(sqlite3_file *file, int level) { return SYSTEM(file, xLock, level); }
static int watched_unlock(sqlite3_file *file, int level) { return SYSTEM(file, xUnlock, level); }
static int watched_reserved(sqlite3_file *file, int *is) { return SYSTEM(file, xCheckReservedLock, is); }
static int watched_control(sqlite3_file *file, int what, void *value) {
    return SYSTEM(file, xFileControl, what, value);
}
static int watched_sector(sqlite3_file *file) { return SYSTEM(file, xSectorSize); }
static int watched_character(sqlite3_file *file) { return SYSTEM(file, xDeviceCharacteristics); }
static int watched_map(sqlite3_file *file, int region, int size, int extends, void volatile **memory) {
    return SYSTEM(file, xShmMap, region, size, extends, memory);
}
static int watched_shared_lock(sqlite3_file *file, int first, int count, int flags) {
    return SYSTEM(file, xShmLock, first, count, flags);
}
static void watched_barrier(sqlite3_file *file) { SYSTEM(file, xShmBarrier); }
static int watched_unmap(sqlite3_file *file, int removes) { return SYSTEM(file, xShmUnmap, removes); }

// Version 2: without memory-mapped files.
static const sqlite3_io_methods watched_methods = {
    2, watched_close, watched_read, watched_write, watched_truncate, watched_sync, watched_size, watched_lock,
    watched_unlock, watched_reserved, watched_control, watched_sector, watched_character, watched_map,
    watched_shared_lock, watched_barrier, watched_unmap, NULL, NULL,
};

// The VFS

static int watched_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *found) {
    const power_cut_vfs *cut = vfs->pAppData;
    watched_file *self = (watched_file *)file;
    memset(self, 0, sizeof *self);
    self->watcher = &cut->watcher;
    self->path = path;
    int makes = (flags & SQLITE_OPEN_CREATE) != 0;
    // As the system's VFS does: the first sync of a journal or log also syncs the folder that it was made in.
    int logs = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    self->syncs_folder = makes && (flags & logs) != 0;
    if (path != NULL && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0) {
        int code = cut->watcher.open(cut->watcher.context, path, makes, &self->number);
        if (code != SQLITE_OK) return code;
    }
    system_file(file)->pMethods = NULL;
    int code = cut->system->xOpen(cut->system, path, system_file(file), flags, found);
    if (system_file(file)->pMethods != NULL) self->base.pMethods = &watched_methods;
    return code;
}

static int watched_remove(sqlite3_vfs *vfs, const char *path, int syncs_folder) {
    const power_cut_vfs *cut = vfs->pAppData;
    const power_cut_watcher *watcher = &cut->watcher;
    int code = watcher->remove(watcher->context, path);
    if (code == SQLITE_OK) code = cut->system->xDelete(cut->system, path, 0);
    if (code != SQLITE_OK || !syncs_folder) return code;
    return watcher->sync_folder(watcher->context, path);
}

power_cut_vfs *power_cut_register(const char *name, power_cut_watcher watcher) {
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    power_cut_vfs *cut = system ? malloc(sizeof *cut + strlen(name) + 1) : NULL;
    if (cut == NULL) return NULL;
    strcpy(cut->name, name);
    cut->system = system;
    cut->watcher = watcher;
    // Everything that is not about files is the system's as it is.
    cut->vfs = *system;
    cut->vfs.pNext = NULL;
    cut->vfs.zName = cut->name;
    cut->vfs.pAppData = cut;
    cut->vfs.szOsFile = (int)sizeof(watched_file) + system->szOsFile;
    cut->vfs.xOpen = watched_open;
    cut->vfs.xDelete = watched_remove;
    if (sqlite3_vfs_register(&cut->vfs, 0) == SQLITE_OK) return cut;
    free(cut);
    return NULL;
}

void power_cut_unregister(power_cut_vfs *cut) {
    sqlite3_vfs_unregister(&cut->vfs);
    free(cut);
}
