// The program: its commands. Each stands in a file of its own.

import ArgumentParser

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
            Serve.self, Demo.self, Health.self, Seed.self, Rules.self, ClockCommand.self, Job.self, Events.self,
            Reset.self,
            CoverageCommand.self, VersionCommand.self,
        ])
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
