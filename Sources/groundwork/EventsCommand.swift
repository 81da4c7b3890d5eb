// `groundwork events`: what happens to jobs and buckets, as it happens.

import ArgumentParser
import Glibc
import NIOCore

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow the events of jobs and buckets: one line of JSON for each, until the server ends.",
        discussion: """
            Each line has an ordinal; --after goes on behind one of them.

            Examples:
              groundwork events
              groundwork events --after 0 --account 111122223333
            """)

    @Option(help: "Begin behind this ordinal, and not with what comes from now on.") var after: Int64?
    @OptionGroup var options: ControlOptions

    func run() async throws {
        let query = options.query([("after", after.map(String.init))])
        try await options.client.follow("events" + query) { event in
            // Past the buffers of standard output: whoever reads along a pipe wants to see each at once.
            ProcessEnvironment.write(event + "\n", to: STDOUT_FILENO)
        }
    }
}

/// Takes the data of events out of a stream of their lines.
struct EventLines {
    private var line: [UInt8] = []
    private static let mark = Array("data: ".utf8)

    /// What stands in the events that are complete now.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var events: [String] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.starts(with: Self.mark) {
                events.append(String(decoding: line.dropFirst(Self.mark.count), as: UTF8.self))
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }
}
