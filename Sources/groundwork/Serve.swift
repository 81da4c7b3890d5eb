// `groundwork serve`: the flags. What they resolve to stands in ServeSettings.swift, what is made of it in
// Program.swift.

import ArgumentParser

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start the server.",
        discussion: """
            Examples:
              groundwork serve                                  keeps its data, port 4566
              groundwork serve --ephemeral --port 4600          forgets everything at the end
              groundwork serve --auth strict --credentials keys.json
              groundwork serve --ephemeral --freeze-clock 2026-01-01T00:00:00Z --seed 7

            Every option can also be set in the environment, for example GROUNDWORK_PORT=4600.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try ServeSettings(options, environment: ProcessEnvironment.all)
        let program = try await Program(settings)
        try await program.run()
    }
}

struct ServeOptions: ParsableArguments {
    @Option(help: "Address to listen on (127.0.0.1).") var host: String?
    @Option(help: "Port of the AWS endpoint (4566); 0 takes a free one and prints it.") var port: String?
    @Option(help: "Port of the pages for people (port + 1); none serves no pages.") var pagesPort: String?
    @Option(help: "test (default): simulated people, quick jobs; label: real people in real time, kept for sure.")
    var profile: String?
    @Option(help: "Where data is kept ($XDG_DATA_HOME/groundwork/<port>).") var dataDir: String?
    @Flag(help: "Keep data in a temporary folder, removed at the end.") var ephemeral = false
    @Option(help: "relaxed (default): survives the end of the process; full: a power loss too.") var durability: String?
    @Option(help: "Account of access keys that are no account id themselves (000000000000).") var account: String?
    @Option(help: "Region of requests whose signature names none (us-east-1).") var region: String?
    @Option(help: "lenient (default): unknown access keys are accepted; strict: only known ones.") var auth: String?
    @Option(help: "File of identities: {\"identities\": [{\"accessKeyId\", \"secretAccessKey\", \"account\"}]}.")
    var credentials: String?
    @Flag(help: "Allow lenient signatures beyond loopback.") var insecureBind = false
    @Flag(help: "Unsigned S3 requests act as the default account; otherwise policies and ACLs decide.")
    var allowAnonymous = false
    @Option(help: "self-signed: a certificate of its own, kept in the data directory. HTTP stays on the same port.")
    var tls: String?
    @Option(help: "PEM file of the certificate and its chain, to be shown to clients that come with TLS.")
    var tlsCertificate: String?
    @Option(help: "PEM file of the certificate's key.") var tlsKey: String?
    @Option(help: "Further host names, comma separated, for virtual-host buckets and the control API.")
    var hostNames: String?
    @Option(help: "Of new buckets: BucketOwnerEnforced (default), BucketOwnerPreferred or ObjectWriter.")
    var objectOwnership: String?
    @Option(help: "Post events of buckets and jobs, in EventBridge's shape, to this address, each until it is taken.")
    var eventsUrl: String?
    @Option(help: "Where Lambda functions of your own are called: an address that speaks Lambda's Invoke API.")
    var lambdaEndpoint: String?
    @Option(help: "Another emulator, http://host:port, that gets requests for services that are not here.")
    var upstream: String?
    @Option(help: "Hosts beyond loopback that may be called, comma separated: HOST or HOST:PORT.")
    var allowOutbound: String?
    @Option(help: "Seed of everything that jobs draw at random (0).") var seed: String?
    @Option(help: "How many times faster than real time jobs run (1000).") var pace: String?
    @Option(help: "perfect, expert, mturk, spammy; otherwise what the team's kind usually is.") var crowd: String?
    @Option(help: "automatic (default), backbone, network, scripted, none, or the http address of your own.")
    var learner: String?
    @Option(help: "Automated labeling: documented (default), as AWS says; efficient, with fewer labels by people.")
    var schedule: String?
    @Option(help: "How several people's labels are joined, where the task allows it: service (default), majority, …")
    var consolidation: String?
    @Option(help: "Fewest objects for automated labeling (1250).") var minObjects: String?
    @Option(help: "Milliseconds that each visible job status lasts at least (500).") var minState: String?
    @Option(help: "Most objects in one job (100000).") var maxObjectsPerJob: String?
    @Flag(help: "A job that has ended gives up its name (always so with --ephemeral).") var reuseTerminalNames = false
    @Flag(help: "Describe and Stop of a missing job answer ResourceNotFound.") var missingJobNotFound = false
    @Option(help: "Start with the clock frozen at this instant, or at 'now'.") var freezeClock: String?
    @Option(help: "Seed file to load at the start.") var seedFile: String?
    @Option(help: "Weights of the backbone (from scripts/fetch-backbone).") var backbone: String?
    @Option(help: "Threads for learning and decoding (cores - 1, at least 1).") var computeThreads: String?
    @Option(help: "Event-loop threads (number of cores, at most 4).") var threads: String?
    @Option(help: "Access log: a file, - for standard output; none by default.") var accessLog: String?
    @Option(help: "trace, debug, info, notice (default), warning, error.") var logLevel: String?
    @Option(help: "Seconds that requests in flight have at the end (10).") var shutdownDeadline: String?
}
