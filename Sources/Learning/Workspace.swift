// Working memory of the kernels, which allocate nothing themselves. It is a few megabytes, so it is kept for the next
// call instead of being asked of the system each time.

internal import Synchronization

/// Aligned raw memory that one call at a time works in.
final class Workspace {
    let memory: UnsafeMutableRawPointer

    init(bytes: Int, prepare: (UnsafeMutableRawPointer) -> Void = { _ in }) {
        memory = .allocate(byteCount: bytes, alignment: 64)
        prepare(memory)
    }

    deinit { memory.deallocate() }
}

/// Workspaces of one kind that are not in use.
final class WorkspacePool: Sendable {
    private let make: @Sendable () -> Workspace
    private let idle = Mutex<[Lent]>([])

    /// Safe to send because the pool hands each workspace to one caller at a time, under `idle`'s lock.
    private struct Lent: @unchecked Sendable {
        let workspace: Workspace
    }

    init(_ make: @escaping @Sendable () -> Workspace) { self.make = make }

    /// Runs a call with a workspace of its own.
    func withWorkspace<Result>(_ body: (Workspace) -> Result) -> Result {
        let lent = idle.withLock { $0.popLast() } ?? Lent(workspace: make())
        defer { idle.withLock { $0.append(lent) } }
        return body(lent.workspace)
    }
}
