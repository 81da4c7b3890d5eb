// A process of another program: started in a group of its own, given bytes, listened to, and waited for, all on the
// calling thread. Whoever wants it to end before says so through `ChildEnding`.

internal import Glibc
internal import Synchronization

/// Ends a child from another thread, and remembers why.
final class ChildEnding: Sendable {
    enum Reason: Hashable, Sendable { case cancelled, timedOut, tooMuchOutput }

    private struct State {
        var group: pid_t?
        var reason: Reason?
    }

    private let state = Mutex(State())

    /// Why the child was ended; nil while nobody wants that.
    var reason: Reason? { state.withLock { $0.reason } }

    /// Kills the child's process group, now or as soon as there is one. The first reason counts.
    func end(_ reason: Reason) {
        state.withLock { state in
            state.reason = state.reason ?? reason
            if let group = state.group { kill(-group, SIGKILL) }
        }
    }

    /// - Parameter group: nil once the child's number may become another's.
    fileprivate func set(_ group: pid_t?) {
        state.withLock { state in
            state.group = group
            if let group, state.reason != nil { kill(-group, SIGKILL) }
        }
    }
}

/// Running one program.
enum ChildProcess {
    enum Outcome: Sendable {
        case exited(Int32, output: [UInt8], errors: [UInt8])
        case killed(signal: Int32, errors: [UInt8])
        case ended(ChildEnding.Reason)
        case notStarted(String)
    }

    /// What is kept of the end of standard error.
    private static let mostErrors = 600
    private static let starting = Mutex(())

    /// Runs a program to its end; blocks.
    ///
    /// - Parameter words: the program's path, and its arguments.
    static func run(
        _ words: [String], environment: [String], input: [UInt8], mostOutput: Int, _ ending: ChildEnding
    ) throws -> Outcome {
        // A child that does not read must not end us; the thread's mask is its own.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var pipes: [Pipe] = [], child: pid_t = 0
        defer { for pipe in pipes { pipe.close() } }
        // One at a time: no child may get the ends of another's pipes.
        let code = starting.withLock { _ in
            for _ in 0..<3 {
                guard let pipe = Pipe() else { return errno }
                pipes.append(pipe)
            }
            return spawn(words, environment, pipes, &child)
        }
        guard code == 0 else { return .notStarted("\(words[0]): \(String(cString: strerror(code)))") }
        ending.set(child)
        pipes[0].closeReading()
        pipes[1].closeWriting()
        pipes[2].closeWriting()
        let (output, errors) = talk(pipes, input: input, mostOutput: mostOutput, ending)
        // What the program has left behind in its group goes with it, while its number is still its own.
        var details = siginfo_t()
        while waitid(P_PID, id_t(child), &details, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        kill(-child, SIGKILL)
        ending.set(nil)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        if let reason = ending.reason { return .ended(reason) }
        let signal = status & 0x7F
        return signal == 0
            ? .exited(status >> 8 & 0xFF, output: output, errors: errors) : .killed(signal: signal, errors: errors)
    }

    private static func spawn(
        _ words: [String], _ environment: [String], _ pipes: [Pipe], _ child: inout pid_t
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, pipes[0].reading, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes[1].writing, 1)
        posix_spawn_file_actions_adddup2(&actions, pipes[2].writing, 2)
        for descriptor in inheritable() { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // The child starts as a shell would start it: what this program ignores or blocks is none of its business.
        var all = sigset_t(), none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments = words.map { strdup($0) } + [nil], variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        return posix_spawn(&child, words[0], &actions, &attributes, &arguments, &variables)
    }

    /// What a child would get beyond its standard streams: not everything here is opened to be closed there, sockets
    /// are not.
    private static func inheritable() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var descriptors: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            if fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0 { descriptors.append(descriptor) }
        }
        return descriptors
    }

    /// Writes the input and reads output and errors until the child has closed both, or is to end.
    private static func talk(
        _ pipes: [Pipe], input: [UInt8], mostOutput: Int, _ ending: ChildEnding
    ) -> (output: [UInt8], errors: [UInt8]) {
        var output: [UInt8] = [], errors: [UInt8] = [], rest = input[...]
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        if rest.isEmpty { pipes[0].closeWriting() }
        // Looked at now and then too: a grandchild outside the group may hold the pipes open.
        while pipes[1].isReading || pipes[2].isReading, ending.reason == nil {
            var waited = [
                pollfd(fd: pipes[0].writing, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: pipes[1].reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pipes[2].reading, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&waited, 3, 200) <= 0 { continue }
            if waited[0].revents != 0 {
                let count = rest.withUnsafeBytes { write(pipes[0].writing, $0.baseAddress, $0.count) }
                if count >= 0 { rest = rest.dropFirst(count) }
                if rest.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) { pipes[0].closeWriting() }
            }
            if waited[1].revents != 0, let count = pipes[1].read(into: &buffer) {
                output.append(contentsOf: buffer[..<count])
                if output.count > mostOutput { ending.end(.tooMuchOutput) }
            }
            if waited[2].revents != 0, let count = pipes[2].read(into: &buffer) {
                errors.append(contentsOf: buffer[..<count])
                errors.removeFirst(max(0, errors.count - mostErrors))
            }
        }
        return (output, errors)
    }
}

/// Both ends of a pipe; our ends never block, and -1 stands for what is closed.
private final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    var isReading: Bool { reading >= 0 }

    func closeReading() {
        if reading >= 0 { Glibc.close(reading) }
        reading = -1
        if writing >= 0 { _ = fcntl(writing, F_SETFL, O_NONBLOCK) }
    }

    func closeWriting() {
        if writing >= 0 { Glibc.close(writing) }
        writing = -1
        if reading >= 0 { _ = fcntl(reading, F_SETFL, O_NONBLOCK) }
    }

    func close() {
        closeReading()
        closeWriting()
    }

    /// Bytes read; nil where there are none now, or no more: then the end is closed.
    func read(into buffer: inout [UInt8]) -> Int? {
        let count = Glibc.read(reading, &buffer, buffer.count)
        if count > 0 { return count }
        if count == 0 || (errno != EAGAIN && errno != EINTR) { closeReading() }
        return nil
    }
}
