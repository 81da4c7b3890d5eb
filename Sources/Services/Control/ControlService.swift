// The control API: what tests and people use to steer the server, never the tools under test. Modelled like the other
// services (api-specs/groundwork.json); one file per subject.

package import Engine
internal import JSON
package import Kernel
package import Logging
package import Objects
internal import Shapes
package import Store

/// The control operations of one program.
package struct ControlService: Sendable {
    /// For the clock, and for jobs that are forgotten.
    package var engine: Engine
    /// For jobs, their reports and timelines.
    package var jobs: any JobStore
    /// For rules, truth, answers and work teams.
    package var control: any ControlStore
    /// For what others were told.
    package var events: any EventStore
    /// For whoever follows them.
    package var feed: EventFeed
    /// For seeded objects and for `reset`.
    package var objects: ObjectStorage
    /// What `clock` shows; it is moved through the engine.
    package var serverClock: ServerClock
    /// What stands for functions on this machine; a start-up seed sets it.
    package var commands: FunctionCommands
    /// Bounds on answers and on what a seed makes.
    package var limits: Limits
    /// For errors that the client only sees as InternalFailure.
    package var logger: Logger
    /// Of this program.
    package var version: String

    package init(
        engine: Engine, jobs: any JobStore, control: any ControlStore, events: any EventStore, feed: EventFeed,
        objects: ObjectStorage, serverClock: ServerClock, commands: FunctionCommands = FunctionCommands(),
        limits: Limits = Limits(), logger: Logger, version: String
    ) {
        self.engine = engine
        self.jobs = jobs
        self.control = control
        self.events = events
        self.feed = feed
        self.objects = objects
        self.serverClock = serverClock
        self.commands = commands
        self.limits = limits
        self.logger = logger
        self.version = version
    }
}

extension ControlService {
    func account(_ text: String?, _ context: RequestContext) throws(ServiceError) -> AccountID {
        try context.account(named: text)
    }

    func region(_ text: String?, _ context: RequestContext) throws(ServiceError) -> Region {
        try context.region(named: text)
    }

    func job(
        _ name: String, account: String?, region: String?, _ context: RequestContext
    ) async throws(ServiceError) -> JobRow {
        let name = JobName(
            account: try self.account(account, context), region: try self.region(region, context), name: name)
        let row = try await internally(context, logger) { try await jobs.job(name) }
        guard let row else {
            throw ServiceError(
                "ResourceNotFound", status: 404,
                "There is no labeling job \(name.name) in account \(name.account) in \(name.region).")
        }
        return row
    }

    /// A document that a request brings.
    func document(_ document: JSONDocument) throws(ServiceError) -> JSONValue {
        do { return try JSONValue(parsing: document.bytes) } catch {
            throw .validation("The body is not JSON: \(error).")
        }
    }

    func answer(_ value: JSONValue) -> Control.DocumentResponse {
        Control.DocumentResponse(document: JSONDocument(bytes: value.compactBytes))
    }
}

extension RequestContext {
    /// The same in the account and region that a control request names (`?account=`, `?region=`).
    func scoped(_ account: String?, _ region: String?) throws(ServiceError) -> RequestContext {
        var scoped = self
        scoped.principal.account = try self.account(named: account)
        scoped.region = try self.region(named: region)
        return scoped
    }

    /// The account of `?account=`, or the one the request belongs to.
    func account(named text: String?) throws(ServiceError) -> AccountID {
        guard let text else { return account }
        guard let account = AccountID(text) else {
            throw .validation("Value '\(text)' at 'account' must be twelve digits.")
        }
        return account
    }

    /// The region of `?region=`, or the request's.
    func region(named text: String?) throws(ServiceError) -> Region {
        guard let text else { return region }
        guard let region = Region(text) else {
            throw .validation("Value '\(text)' at 'region' is not the name of a region.")
        }
        return region
    }
}
