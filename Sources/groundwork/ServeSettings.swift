// The settings of `groundwork serve`, checked and complete.

import JSON
import Kernel
import Labeling
import Logging
import Objects
import Server
import Signing
import Store

/// What the server is to be.
struct ServeSettings {
    var host: String
    var port: Int
    /// 0 takes a free one; nil serves no pages.
    var pagesPort: Int?
    var dataDirectory: String?
    var isEphemeral: Bool
    var durability: Durability
    var account: AccountID
    var region: Region
    var auth: SignaturePolicy
    var credentials: String?
    var hostNames: [String]
    var tls: TLSSource?
    var objectOwnership: ObjectOwnership
    var anonymous: AnonymousAccess
    var eventsURL: String?
    var lambdaEndpoint: String?
    var upstream: String?
    var allowedOutbound: [String]
    var seed: UInt64
    var steering: Steering
    var minimumState: Duration
    var maxObjectsPerJob: Int
    var reusesTerminalNames: Bool
    var missingJobIsNotFound: Bool
    var frozenAt: FrozenClock?
    var seedFile: String?
    var backbone: String?
    var computeThreads: Int
    var threads: Int
    var accessLog: String?
    var logLevel: Logger.Level
    var shutdownDeadline: Duration
    /// Every setting with its origin, for the banner.
    var entries: [SettingResolver.Entry]
    var environment: [String: String]

    /// Settings for a purpose.
    enum Profile: String {
        case test
        /// Real people: jobs run in real time, and nobody is ever simulated unless a rule or tag says so.
        case label

        var durability: String? { self == .label ? "full" : nil }
        var pace: String? { self == .label ? "1" : nil }
        var workforce: Steering.Workforce? { self == .label ? .portal : nil }
        var schedule: String? { self == .label ? "efficient" : nil }
    }

    enum TLSSource { case selfSigned, files(certificate: String, key: String) }

    enum FrozenClock { case now, at(Instant) }

    var isSelfSigned: Bool {
        if case .selfSigned = tls { true } else { false }
    }

    var isLoopback: Bool { host == "localhost" || host.hasPrefix("127.") || host == "::1" }

    init(_ options: ServeOptions, environment: [String: String]) throws {
        var resolver = SettingResolver(environment: environment)
        self.environment = environment
        let cores = ProcessEnvironment.cores
        let profile = try resolver.resolve(
            "profile", options.profile, standard: "test", rule: "it must be test or label", Profile.init(rawValue:))
        host = try resolver.resolve("host", options.host, standard: "127.0.0.1", rule: "it must be an address") {
            $0.isEmpty ? nil : $0
        }
        port = try resolver.count("port", options.port, standard: 4566, 0...65_533)
        pagesPort = try Self.pagesPort(options, besides: port, &resolver)
        dataDirectory = try resolver.text("data-dir", options.dataDir)
        isEphemeral = try resolver.resolve("ephemeral", options.ephemeral)
        durability = try resolver.resolve(
            "durability", options.durability, profile: profile.durability, standard: "relaxed",
            rule: "it must be relaxed or full",
            Durability.init(rawValue:))
        account = try resolver.resolve(
            "account", options.account, standard: AccountID.standard.description, rule: "it must be twelve digits"
        ) { AccountID($0) }
        region = try resolver.resolve(
            "region", options.region, standard: Region.standard.description, rule: "it must be a region name"
        ) { Region($0) }
        auth = try resolver.resolve(
            "auth", options.auth, standard: "lenient", rule: "it must be lenient or strict",
            SignaturePolicy.init(rawValue:))
        credentials = try resolver.text("credentials", options.credentials)
        let allowsInsecureBind = try resolver.resolve("insecure-bind", options.insecureBind)
        hostNames = try resolver.list("host-names", options.hostNames)
        tls = try Self.tls(options, &resolver)
        anonymous =
            try resolver.resolve("allow-anonymous", options.allowAnonymous) ? .asStandardAccount : .asRulesSay
        objectOwnership = try resolver.resolve(
            "object-ownership", options.objectOwnership, standard: ObjectOwnership.bucketOwnerEnforced.rawValue,
            rule: "it must be one of " + ObjectOwnership.allCases.map(\.rawValue).joined(separator: ", "),
            ObjectOwnership.init(rawValue:))
        eventsURL = try resolver.text("events-url", options.eventsUrl)
        lambdaEndpoint = try resolver.text("lambda-endpoint", options.lambdaEndpoint)
        upstream = try resolver.text("upstream", options.upstream)
        allowedOutbound = try resolver.list("allow-outbound", options.allowOutbound)
        seed = try resolver.resolve(
            "seed", options.seed, standard: "0", rule: "it must be a whole number of at least 0"
        ) { UInt64($0) }
        steering = try Self.steering(options, profile, &resolver)
        let milliseconds = try resolver.count("min-state", options.minState, standard: 500, 0...60_000)
        minimumState = .milliseconds(milliseconds)
        maxObjectsPerJob = try resolver.count(
            "max-objects-per-job", options.maxObjectsPerJob, standard: 100_000, 1...100_000_000)
        reusesTerminalNames = try resolver.resolve("reuse-terminal-names", options.reuseTerminalNames) || isEphemeral
        missingJobIsNotFound = try resolver.resolve("missing-job-not-found", options.missingJobNotFound)
        frozenAt = try Self.frozenAt(options, &resolver)
        seedFile = try resolver.text("seed-file", options.seedFile)
        backbone = try resolver.text("backbone", options.backbone)
        computeThreads = try resolver.count(
            "compute-threads", options.computeThreads, standard: max(1, cores - 1), 1...256)
        threads = try resolver.count("threads", options.threads, standard: min(4, max(1, cores)), 1...64)
        accessLog = try resolver.text("access-log", options.accessLog)
        logLevel = try resolver.resolve(
            "log-level", options.logLevel, standard: "notice",
            rule: "it must be trace, debug, info, notice, warning or error", Logger.Level.init(rawValue:))
        let deadline = try resolver.count("shutdown-deadline", options.shutdownDeadline, standard: 10, 0...3600)
        shutdownDeadline = .seconds(deadline)
        entries = resolver.entries
        try check(allowsInsecureBind: allowsInsecureBind)
    }

    private static func frozenAt(
        _ options: ServeOptions, _ resolver: inout SettingResolver
    ) throws -> FrozenClock? {
        try resolver.resolve(
            "freeze-clock", options.freezeClock, standard: "", rule: "it must be 'now' or an ISO 8601 instant"
        ) { text -> FrozenClock?? in
            if text.isEmpty { return .some(nil) }
            if text == "now" { return .now }
            return Instant(iso8601: text).map { .at($0) }
        }
    }

    /// What does not go together.
    private func check(allowsInsecureBind: Bool) throws {
        guard isLoopback || auth == .strict || allowsInsecureBind else {
            throw SettingResolver.Refusal(
                description: "--host \(host) is beyond loopback: use --auth strict, or --insecure-bind if you mean it")
        }
        guard isLoopback || anonymous == .asRulesSay || allowsInsecureBind else {
            throw SettingResolver.Refusal(
                description: "--allow-anonymous beyond loopback lets everybody in: add --insecure-bind if you mean it")
        }
        if isEphemeral, dataDirectory != nil {
            throw SettingResolver.Refusal(description: "--ephemeral and --data-dir exclude each other")
        }
    }

    private static func tls(_ options: ServeOptions, _ resolver: inout SettingResolver) throws -> TLSSource? {
        let isSelfSigned = try resolver.resolve(
            "tls", options.tls, standard: "", rule: "it must be self-signed; a certificate goes to --tls-certificate"
        ) { $0 == "self-signed" ? true : $0.isEmpty ? false : nil }
        let certificate = try resolver.text("tls-certificate", options.tlsCertificate)
        let key = try resolver.text("tls-key", options.tlsKey)
        switch (certificate, key, isSelfSigned) {
        case (nil, nil, let isSelfSigned): return isSelfSigned ? .selfSigned : nil
        case (let certificate?, let key?, false): return .files(certificate: certificate, key: key)
        case (_?, _?, true):
            throw SettingResolver.Refusal(description: "--tls self-signed and --tls-certificate exclude each other")
        default:
            throw SettingResolver.Refusal(description: "--tls-certificate and --tls-key go together")
        }
    }

    private static func pagesPort(
        _ options: ServeOptions, besides port: Int, _ resolver: inout SettingResolver
    ) throws -> Int? {
        let pages = try resolver.resolve(
            "pages-port", options.pagesPort, standard: port == 0 ? "0" : String(port + 1),
            rule: "it must be none, or a whole number from 0 to 65535 other than the port"
        ) { text -> Int?? in
            if text == "none" { return .some(nil) }
            return Int(text).flatMap { (0...65_535).contains($0) && ($0 != port || port == 0) ? .some($0) : nil }
        }
        return pages
    }

    private static func steering(
        _ options: ServeOptions, _ profile: Profile, _ resolver: inout SettingResolver
    ) throws -> Steering {
        var steering = Steering()
        steering.workforce = profile.workforce
        let pace = try resolver.resolve(
            "pace", options.pace, profile: profile.pace, standard: "1000",
            rule: "it must be a number above 0 and at most 1000000"
        ) { text in Double(text).flatMap { $0 > 0 && $0 <= 1_000_000 ? $0 : nil } }
        // A default leaves jobs of real people in real time.
        if resolver.entries.last?.origin != .standard { steering.pace = pace }
        steering.crowd = try resolver.resolve(
            "crowd", options.crowd, standard: "",
            rule: "it must be one of " + Steering.Crowd.allCases.map(\.rawValue).joined(separator: ", ")
        ) { text -> Steering.Crowd?? in text.isEmpty ? .some(nil) : Steering.Crowd(rawValue: text) }
        let learner = try resolver.resolve(
            "learner", options.learner, standard: "automatic",
            rule: "it must be automatic, backbone, network, scripted or none, or the http address of your own"
        ) { text in try? Steering(rule: ["learner": .string(text)]) }
        steering.learner = learner.learner
        steering.learnerURL = learner.learnerURL
        steering.schedule = try resolver.resolve(
            "schedule", options.schedule, profile: profile.schedule, standard: "documented",
            rule: "it must be documented or efficient", Steering.Schedule.init(rawValue:))
        steering.consolidation = try resolver.resolve(
            "consolidation", options.consolidation, standard: "service",
            rule: "it must be one of " + ConsolidationMethod.allCases.map(\.rawValue).joined(separator: ", "),
            ConsolidationMethod.init(rawValue:))
        steering.minObjects = try resolver.count("min-objects", options.minObjects, standard: 1250, 1...1_000_000)
        return steering
    }

    /// Where data is kept.
    func location() throws -> DataDirectory.Location {
        if isEphemeral { return .ephemeral(environment: environment) }
        if let dataDirectory { return .path(dataDirectory) }
        guard let standard = DataDirectory.Location.standard(port: port, environment: environment) else {
            throw SettingResolver.Refusal(
                description: "neither XDG_DATA_HOME nor HOME is set: name a folder with --data-dir")
        }
        return standard
    }
}

extension SettingResolver {
    mutating func count(_ flag: String, _ given: String?, standard: Int, _ range: ClosedRange<Int>) throws -> Int {
        try resolve(
            flag, given, standard: String(standard),
            rule: "it must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// Names separated by commas, in lower case.
    mutating func list(_ flag: String, _ given: String?) throws -> [String] {
        try resolve(flag, given, standard: "", rule: "it must be names separated by commas") {
            $0.split(separator: ",").map { String($0).lowercased() }
        }
    }

    /// A text that may be missing.
    mutating func text(_ flag: String, _ given: String?) throws -> String? {
        let value = try resolve(flag, given, standard: "", rule: "") { $0 }
        return value.isEmpty ? nil : value
    }
}
