// The program: its commands. Each stands in a file of its own.

import ArgumentParser
import Glibc

@main
struct Groundwork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groundwork",
        abstract: "A local stand-in for Amazon SageMaker Ground Truth and the S3 it works on.",
        discussion: """
            Start the server, then point any AWS tool at it:

              groundwork serve --ephemeral
              aws --endpoint-url http://127.0.0.1:4566 s3 mb s3://pictures

            Every option of serve can also be set in the environment: --data-dir is GROUNDWORK_DATA_DIR.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Demo.self, Health.self, Seed.self, Rules.self, ClockCommand.self, Job.self, Check.self,
            Events.self, Reset.self,
            CoverageCommand.self, VersionCommand.self,
        ])

    /// As the library has it, save that `check` ends with 2 where it cannot answer, as tools that compare do.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let isCheck = CommandLine.arguments.dropFirst().first == "check"
            guard isCheck, !(error is ExitCode), !exitCode(for: error).isSuccess else { exit(withError: error) }
            ProcessEnvironment.write(fullMessage(for: error) + "\n", to: STDERR_FILENO)
            Glibc.exit(2)
        }
    }
}

/// The version of this program.
enum Version {
    static let text = "0.1.0"
}

/// `groundwork version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of this program.")

    func run() { print("groundwork \(Version.text)") }
}
