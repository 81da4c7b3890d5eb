// The program put together: stores, clocks, engine, services, server. The live sources of time and randomness are made
// here and nowhere else; everything below gets them handed in.

import Digests
import Engine
import JSON
import Kernel
import Labeling
import Learning
import Logging
import Objects
import Outbound
import SQLite
import Server
import ServiceLifecycle
import Services
import Shapes
import Signing
import Store
import UnixSignals
import Wire

/// A running server.
struct Program {
    private let settings: ServeSettings
    private let directory: DataDirectory
    private let store: LocalStore
    private let engine: Engine
    private let objects: ObjectStorage
    private let compute: ComputePool
    private let server: HTTPServer
    /// Nil where no pages are served.
    private let pages: (server: HTTPServer, address: ListenAddress)?
    private let tasks: AsyncRequests
    private let control: ControlService
    private let serverClock: ServerClock
    private let logger: Logger
    private let readiness: Readiness
    private let eventStore: LocalEventStore
    private let eventFeed: EventFeed
    private let eventSender: WebhookSender?
    private let functions: Functions
    private let addresses: [ListenAddress]

    init(_ settings: ServeSettings) async throws {
        self.settings = settings
        let wallClock = WallClock(), entropy = SystemEntropy(), logger = Self.logger(settings)
        self.logger = logger
        serverClock = Self.serverClock(settings, wallClock)
        directory = try DataDirectory(try settings.location(), port: settings.port)
        var limits = Limits()
        limits.objectsPerJob = settings.maxObjectsPerJob
        store = try Self.openStore(directory, settings, entropy)
        let credentials = try Parts.credentials(settings)
        objects = ObjectStorage(
            index: store.index, blobs: store.blobs, entropy: entropy, limits: limits,
            accounts: Parts.accounts(credentials), standardOwnership: settings.objectOwnership,
            report: { logger.error("The object store failed", metadata: ["error": "\($0)"]) })
        eventStore = LocalEventStore(writer: store.writer, readers: store.readers)
        let eventFeed = EventFeed(events: eventStore, limits: limits, logger: logger)
        self.eventFeed = eventFeed
        store.events.arrivals.whenCommitted { eventFeed.wake() }
        eventSender = try Self.eventSender(settings)
        let jobs = LocalJobStore(writer: store.writer, readers: store.readers, events: store.events)
        let controlStore = LocalControlStore(writer: store.writer, readers: store.readers)
        let sessions = SessionCredentials(
            CredentialSet(credentials), key: Array(try KeptSecret.text("session-key", in: directory.path).utf8))
        functions = try Functions(
            settings, control: controlStore, credentials: sessions, wallClock: wallClock, entropy: entropy,
            limits: limits)
        compute = try ComputePool(threads: settings.computeThreads)
        let engineSettings = EngineSettings(cacheFolder: directory.path, minimumState: settings.minimumState)
        let outside = OutsideAccess(
            rules: OutboundRules(allowing: settings.allowedOutbound), endpoint: functions.endpoint,
            credentials: sessions, wallClock: wallClock, entropy: entropy, limits: limits)
        engine = Engine(
            EngineEnvironment(
                jobs: jobs, control: controlStore, files: ObjectJobFilesSource(storage: objects, clock: serverClock),
                learners: try AvailableLearners(settings), functions: functions.caller, outside: outside,
                serverClock: serverClock, wallClock: wallClock, entropy: entropy, compute: compute, limits: limits,
                logger: logger, settings: engineSettings))
        control = ControlService(
            engine: engine, jobs: jobs, control: controlStore,
            events: eventStore, feed: eventFeed, objects: objects, serverClock: serverClock,
            commands: functions.commands, limits: limits, logger: logger, version: Version.text)
        let sageMaker = SageMakerService(
            engine: engine, jobs: jobs, control: controlStore, credentials: sessions, entropy: entropy,
            limits: limits, logger: logger, settings: Self.sageMakerSettings(settings))
        tasks = AsyncRequests(concurrency: 64)
        readiness = Readiness()
        let decoder = Self.decoder(logger)
        var table = OperationTable(decoder: decoder)
        let readers = try LoopReaders(objects, loops: settings.threads)
        let s3 = S3Service(objects: objects)
        table.add(s3, readers: readers)
        table.add(sageMaker)
        table.add(STSService(credentials: sessions, entropy: entropy))
        table.add(IAMService(control: controlStore, entropy: entropy, limits: limits, logger: logger))
        table.add(control)
        table.add(WorkService(control, credentials: sessions, entropy: entropy))
        guard table.missing.isEmpty else {
            throw SettingResolver.Refusal(description: "operations without a function: \(table.missing)")
        }
        let parts = Parts(
            settings: settings, credentials: sessions, table: table, forms: FormUploads(s3, decoder: decoder),
            tasks: tasks, objects: objects, serverClock: serverClock, wallClock: wallClock, limits: limits,
            readiness: readiness, readers: readers, relay: try Self.relay(settings))
        server = HTTPServer(
            try parts.configuration(port: settings.port, threads: settings.threads, in: directory), clock: wallClock,
            entropy: entropy, accessLog: try parts.accessLog(), handler: try parts.pipeline(in: directory))
        addresses = try await Self.listen(server)
        functions.endpoint.set(addresses.first.map { "http://\($0)" } ?? "")
        pages = try await Self.pages(parts, directory, besides: (server, addresses), entropy)
    }

    /// Where tools find the server.
    var endpoint: String { addresses.first.map { "http://\($0)" } ?? "" }

    /// Serves until the process is asked to end.
    func run() async throws {
        try await seed()
        Banner.show(settings, directory: directory, addresses: addresses, pages: pages?.address)
        let delivery = eventSender.map {
            ServiceGroupConfiguration.ServiceConfiguration(
                service: NotificationDelivery(events: eventStore, sender: $0, logger: logger),
                successTerminationBehavior: .ignore)
        }
        let servers = [server] + (pages.map { [$0.server] } ?? [])
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [delivery].compactMap { $0 } + [
                    .init(service: readiness, successTerminationBehavior: .ignore),
                    .init(
                        service: LifecycleSweep(objects: objects, clock: serverClock, logger: logger),
                        successTerminationBehavior: .ignore),
                    .init(service: OrphanSweep(store: store, logger: logger), successTerminationBehavior: .ignore),
                    // The servers end first: what they still answer needs the others.
                    .init(service: engine), .init(service: tasks),
                ] + servers.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) } + [
                    // Before the servers even: they wait for every answer, and these end with the feed.
                    .init(service: eventFeed, successTerminationBehavior: .ignore)
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        compute.close()
        functions.runner.close()
        store.close()
        directory.close()
    }

    // MARK: Parts

    private static func logger(_ settings: ServeSettings) -> Logger {
        var logger = Logger(label: "groundwork") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = settings.logLevel
        return logger
    }

    private static func serverClock(_ settings: ServeSettings, _ wallClock: WallClock) -> ServerClock {
        switch settings.frozenAt {
        case nil: ServerClock(wall: wallClock)
        case .now: ServerClock(wall: wallClock, frozenAt: wallClock.now())
        case .at(let instant): ServerClock(wall: wallClock, frozenAt: instant)
        }
    }

    private static func openStore(
        _ directory: DataDirectory, _ settings: ServeSettings, _ entropy: SystemEntropy
    ) throws -> LocalStore {
        var storeSettings = LocalStore.Settings()
        storeSettings.durability = settings.durability
        storeSettings.entropy = entropy
        storeSettings.events.isSent = settings.eventsURL != nil
        storeSettings.migrations = [LocalJobStore.migrations, LocalControlStore.migrations]
        do { return try LocalStore(directory, storeSettings) } catch let error as SQLiteError {
            throw SettingResolver.Refusal(description: "\(directory.databasePath) cannot be opened: \(error)")
        }
    }

    private static func eventSender(_ settings: ServeSettings) throws -> WebhookSender? {
        guard let url = settings.eventsURL else { return nil }
        do { return try WebhookSender(url, OutboundRules(allowing: settings.allowedOutbound)) } catch {
            throw SettingResolver.Refusal(description: "--events-url: \(error)")
        }
    }

    private static func relay(_ settings: ServeSettings) throws -> (any RequestRelay)? {
        guard let url = settings.upstream else { return nil }
        do { return try UpstreamRelay(url, OutboundRules(allowing: settings.allowedOutbound)) } catch {
            throw SettingResolver.Refusal(description: "--upstream: \(error)")
        }
    }

    private static func sageMakerSettings(_ settings: ServeSettings) -> SageMakerSettings {
        var result = SageMakerSettings()
        result.steering = settings.steering
        result.seed = settings.seed
        result.reusesTerminalNames = settings.reusesTerminalNames
        result.missingJobIsNotFound = settings.missingJobIsNotFound
        return result
    }

    /// Members that are in no model are logged once per name, so that a mistyped one can be found.
    private static func decoder(_ logger: Logger) -> RequestDecoder {
        let seen = SeenNames()
        return RequestDecoder { operation, member in
            if seen.add("\(operation.name).\(member)") {
                logger.notice(
                    "A member that is not in the model was ignored",
                    metadata: [
                        "operation": "\(operation.name)", "member": "\(member)",
                    ])
            }
        }
    }

    /// A server of their own for the pages: another port is another origin.
    private static func pages(
        _ parts: Parts, _ directory: DataDirectory, besides main: (server: HTTPServer, addresses: [ListenAddress]),
        _ entropy: SystemEntropy
    ) async throws -> (server: HTTPServer, address: ListenAddress)? {
        guard let port = parts.settings.pagesPort else { return nil }
        let objectPort = main.addresses.first?.port ?? parts.settings.port
        let server = HTTPServer(
            try parts.configuration(port: port, threads: 1, in: directory), clock: parts.wallClock,
            entropy: entropy, accessLog: try parts.accessLog(),
            handler: try parts.pages(in: directory, objectPort: objectPort))
        do {
            guard let address = try await listen(server).first else { return nil }
            return (server, address)
        } catch {
            await main.server.close()
            guard let refusal = error as? SettingResolver.Refusal else { throw error }
            throw SettingResolver.Refusal(
                description: "\(refusal.description); --pages-port names another for the pages, or none")
        }
    }

    private static func listen(_ server: HTTPServer) async throws -> [ListenAddress] {
        do {
            return try await server.start()
        } catch {
            guard error.reason == .addressInUse else { throw error }
            let holder = PortHolder.describe(port: error.address.port)
            throw SettingResolver.Refusal(description: "port \(error.address.port) is taken by \(holder)")
        }
    }

    private func seed() async throws {
        guard let path = settings.seedFile else { return }
        let document: JSONValue
        do { document = try JSONValue(parsing: try ProcessEnvironment.read(path)) } catch let error as JSONError {
            throw SettingResolver.Refusal(description: "the seed file \(path) is not JSON: \(error)")
        }
        let context = RequestContext(
            principal: Principal(account: settings.account), region: settings.region, requestID: "seed",
            now: serverClock.now(), head: RequestHead(method: "POST", target: "/", headers: HeaderFields()))
        do {
            _ = try await control.seed(document, files: SeedFiles.read, context)
        } catch {
            throw SettingResolver.Refusal(description: "the seed file \(path): \(error.message)")
        }
    }
}
