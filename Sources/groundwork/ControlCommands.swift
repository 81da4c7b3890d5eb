// The commands that talk to a running server.

import ArgumentParser
import JSON
import NIOHTTP1

/// `groundwork health`
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether a server answers and is ready; ends with 0 when it is.")

    @OptionGroup var options: ControlOptions

    func run() async throws {
        print(try await options.client.json(.GET, "ready").compactText)
    }
}

/// `groundwork seed`
struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load a seed file into a running server.",
        discussion: """
            Buckets, objects (with their text), work teams, rules and truth; what is there already stays.
            Objects from folders are loaded at the start only: groundwork serve --seed-file FILE.

            Example: groundwork seed seed.json
            """)

    @Argument(help: "The seed file (api-specs/seed.schema.json).") var file: String
    @OptionGroup var options: ControlOptions

    func run() async throws {
        let document = try ProcessEnvironment.read(file)
        print(try await options.client.json(.POST, "seed" + options.query(), body: document).indentedText)
    }
}

/// `groundwork rules`
struct Rules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the rules that steer jobs, or replace them.",
        discussion: """
            Examples:
              groundwork rules
              groundwork rules --set rules.json
              echo '[{"match": {"jobName": "night-*"}, "set": {"outcome": "fail@annotating"}}]' > rules.json
            """)

    @Option(name: .customLong("set"), help: "File with the new rules.") var file: String?
    @OptionGroup var options: ControlOptions

    func run() async throws {
        let client = try options.client
        let rules =
            if let file {
                try await client.json(.PUT, "rules", body: try ProcessEnvironment.read(file))
            } else {
                try await client.json(.GET, "rules")
            }
        print(rules.indentedText)
    }
}

/// `groundwork clock`
struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "Show, freeze, advance or resume the server's clock.",
        discussion: """
            Examples:
              groundwork clock
              groundwork clock freeze
              groundwork clock advance 3600        everything due within the hour happens, in order
              groundwork clock resume
            """)

    enum Action: String, ExpressibleByArgument, CaseIterable { case show, freeze, advance, resume }

    @Argument(help: "show (default), freeze, advance or resume.") var action = Action.show
    @Argument(help: "Seconds to advance.") var seconds: Double?
    @OptionGroup var options: ControlOptions

    func run() async throws {
        let client = try options.client
        var request: JSONObject = ["mode": .string(action.rawValue)]
        if action == .advance {
            guard let seconds else { throw ValidationError("Say by how many seconds to advance.") }
            request["advanceSeconds"] = .double(seconds)
        }
        let state =
            action == .show
            ? try await client.json(.GET, "clock")
            : try await client.json(.POST, "clock", body: JSONValue.object(request).compactBytes)
        print(state.compactText)
    }
}

/// `groundwork reset`
struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forget everything, or what belongs to one account.",
        discussion: "Example: groundwork reset --account 111122223333")

    @OptionGroup var options: ControlOptions

    func run() async throws {
        _ = try await options.client.json(.POST, "reset" + options.query(), body: Array("{}".utf8))
    }
}

/// `groundwork job`
struct Job: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at a labeling job, or remove one that has ended.",
        subcommands: [Show.self, Timeline.self, Remove.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a job's report: counters, shares, rounds and thresholds, costs.",
            discussion: "Example: groundwork job show logos-1")

        @Argument(help: "The job's name.") var name: String
        @OptionGroup var options: ControlOptions

        func run() async throws {
            print(try await options.client.json(.GET, "jobs/\(name)/report" + options.query()).indentedText)
        }
    }

    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what happened in a job, line by line.",
            discussion: "Example: groundwork job timeline logos-1")

        @Argument(help: "The job's name.") var name: String
        @OptionGroup var options: ControlOptions

        func run() async throws {
            let document = try await options.client.json(.GET, "jobs/\(name)/timeline" + options.query())
            for entry in document["timeline"]?.array ?? [] { print(entry.compactText) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Remove a job that has ended; its name is free again.",
            discussion: "Example: groundwork job rm logos-1 --with-output")

        @Argument(help: "The job's name.") var name: String
        @Flag(help: "Delete its output objects too.") var withOutput = false
        @OptionGroup var options: ControlOptions

        func run() async throws {
            let query = options.query([("with-output", withOutput ? "true" : nil)])
            _ = try await options.client.json(.DELETE, "jobs/\(name)" + query)
        }
    }
}
