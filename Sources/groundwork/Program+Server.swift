// The server's parts: addresses, pipeline, access to the control API, logs.

import Glibc
import JSON
import Kernel
import Objects
import Server
import ServiceLifecycle
import Services
import Shapes
import Signing
import Store
import Synchronization
import Wire

extension Program {
    /// What the server is made of, from the settings.
    struct Parts {
        let settings: ServeSettings
        let credentials: SessionCredentials
        let table: OperationTable
        let forms: FormUploads
        let tasks: AsyncRequests
        let objects: ObjectStorage
        let serverClock: ServerClock
        let wallClock: WallClock
        let limits: Limits
        let readiness: Readiness
        let readers: LoopReaders
        let relay: (any RequestRelay)?

        func configuration(
            port: Int, threads: Int, in directory: DataDirectory
        ) throws -> HTTPServer.Configuration {
            var configuration = HTTPServer.Configuration(
                addresses: [ListenAddress(host: settings.host, port: port)], threads: threads, limits: limits)
            configuration.shutdownDeadline = settings.shutdownDeadline
            switch settings.tls {
            case nil: break
            case .files(let certificate, let key):
                configuration.tls = TLSIdentity(
                    certificates: try ProcessEnvironment.read(certificate), key: try ProcessEnvironment.read(key))
            case .selfSigned:
                configuration.tls = try SelfSignedCertificate(
                    in: directory.path, hosts: ["localhost"] + settings.hostNames, now: wallClock.now()
                ).identity
            }
            return configuration
        }

        func accessLog() throws -> (any AccessLog)? {
            guard let path = settings.accessLog else { return nil }
            if path == "-" { return JSONLinesAccessLog(descriptor: STDOUT_FILENO) }
            let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw SettingResolver.Refusal(
                    description: "the access log \(path) cannot be opened: \(String(cString: strerror(errno)))")
            }
            return JSONLinesAccessLog(descriptor: descriptor)
        }

        /// The port of the pages; `objectPort` is that of S3.
        func pages(in directory: DataDirectory, objectPort: Int) throws -> Pipeline {
            var access = try access(in: directory)
            access.audience = .ownPages
            let work = ControlDispatcher(
                access: access, router: router, table: table, tasks: tasks, serverClock: serverClock, limits: limits,
                objectPort: objectPort)
            return Pipeline(
                settings.accessLog == nil ? [] : [AccessLogging()],
                services: PagesHandler(access: access, work: work, objectPort: objectPort))
        }

        private var router: WireRouter { WireRouter(hostSuffixes: ["localhost", "s3.localhost"] + settings.hostNames) }

        func pipeline(in directory: DataDirectory) throws -> Pipeline {
            let router = router
            let verifier = SignatureVerifier(
                credentials: credentials, policy: settings.auth, account: settings.account)
            let services = ServiceDispatcher(
                router: router, verifier: verifier, table: table, forms: forms, tasks: tasks,
                serverClock: serverClock, wallClock: wallClock, limits: limits, anonymous: settings.anonymous,
                relay: relay)
            let control = ControlDispatcher(
                access: try access(in: directory), router: router, table: table, tasks: tasks,
                serverClock: serverClock, limits: limits)
            let readiness = readiness
            return Pipeline.standard(
                logsAccess: settings.accessLog != nil,
                crossOrigin: CrossOrigin(objects: objects, router: router, tasks: tasks, readers: readers),
                health: HealthPaths(version: Version.text) { readiness.isSet }, control: control, services: services)
        }

        /// Known keys: the credentials file, the environment's, and test/test.
        static func credentials(_ settings: ServeSettings) throws -> [Credentials] {
            var known = [Credentials.wellKnown(account: settings.account)]
            if let fromEnvironment = Credentials(environment: settings.environment, account: settings.account) {
                known.append(fromEnvironment)
            }
            if let path = settings.credentials {
                let document: JSONValue
                do { document = try JSONValue(parsing: try ProcessEnvironment.read(path)) } catch let error as JSONError
                {
                    throw SettingResolver.Refusal(description: "the credentials file \(path) is not JSON: \(error)")
                }
                known += try CredentialFile.credentials(in: document, account: settings.account)
            }
            return known
        }

        /// How accounts appear as owners: as the credentials file says of their first identity, where it does.
        static func accounts(_ credentials: [Credentials]) -> AccountDirectory {
            let named = credentials.map(\.identity).filter { $0.canonicalID != nil || $0.displayName != nil }
            return AccountDirectory(
                named: Dictionary(named.map { ($0.account, ($0.canonicalID, $0.displayName)) }) { first, _ in first })
        }

        /// Beyond loopback, and in strict mode, the control API wants a token.
        private func access(in directory: DataDirectory) throws -> ControlAccess {
            var hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]", settings.host.lowercased()]
            hosts.formUnion(settings.hostNames)
            var token: String?
            if !settings.isLoopback || settings.auth == .strict {
                token =
                    try settings.environment["GROUNDWORK_CONTROL_TOKEN"]
                    ?? KeptSecret.text("control-token", in: directory.path)
            }
            return ControlAccess(hosts: hosts, token: token, account: settings.account, region: settings.region)
        }
    }
}

/// Whether the server has begun to serve. It says so when the group of services runs: from then on a signal to end is
/// heard, and whoever waited for readiness may send one at once.
final class Readiness: ServiceLifecycle.Service {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func run() async throws { flag.store(true, ordering: .relaxed) }
}

/// Names that were logged already.
final class SeenNames: Sendable {
    private let names = Mutex<Set<String>>([])
    /// Most names that are remembered; what comes after is not logged at all.
    private static let most = 1000

    func add(_ name: String) -> Bool {
        names.withLock { $0.count < Self.most && $0.insert(name).inserted }
    }
}
