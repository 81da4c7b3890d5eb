// A VFS of SQLite that asks a watcher before every step that changes the disk, and leaves the step itself to the
// system's VFS. Nothing is really synced: what a sync would have made permanent is for the watcher to know.
#pragma once
#include <stdint.h>

/// Each function is asked before its step, on any thread, and answers 0, or the SQLite error that the step fails with.
typedef struct {
    void *context;
    /// A file is opened, and made where it is missing and may be. Its number comes back; 0 if there is no file.
    int (*open)(void *context, const char *path, int makes, int64_t *file);
    int (*write)(void *context, int64_t file, int64_t offset, const void *bytes, int count);
    int (*truncate)(void *context, int64_t file, int64_t size);
    int (*sync)(void *context, int64_t file);
    /// The names in the folder of this file are synced.
    int (*sync_folder)(void *context, const char *path);
    int (*remove)(void *context, const char *path);
} power_cut_watcher;

typedef struct power_cut_vfs power_cut_vfs;

/// Registers a VFS under a name of its own, or returns NULL.
power_cut_vfs *power_cut_register(const char *name, power_cut_watcher watcher);

/// To be called when every connection over the VFS is closed.
void power_cut_unregister(power_cut_vfs *vfs);
