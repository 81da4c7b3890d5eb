import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// A job of real people on an engine whose clock is moved by hand.
struct PortalFixture {
    static let people = ["Ann", "Ben", "Cid", "Dot", "Eve"].map(member)
    static let start = EngineFixture.start

    let engine: EngineFixture
    let job: JobID

    static func member(_ name: String) -> TeamMember {
        TeamMember(
            name: name,
            team: ARN(
                service: "sagemaker", region: .standard, account: .standard, resource: "workteam/private-crowd/team"),
            account: .standard, region: .standard, signIn: ("Cognito", "https://idp.example/pool"))
    }

    /// The id of a person.
    static func id(_ person: Int) -> String { people[person].identity.id }

    /// A job whose objects are with people.
    init(
        objects: Int = 4, workers: Int = 1, on fixture: EngineFixture? = nil,
        _ change: @escaping (inout LabelingJobSpecification) -> Void = { _ in }
    ) async throws {
        if let fixture { engine = fixture } else { engine = try await EngineFixture() }
        for member in Self.people {
            _ = try await engine.control.create(
                member.resource(of: .standard, in: .standard, created: Self.start), limit: 100)
        }
        try await engine.putImages(objects)
        job = try await engine.submit(
            engine.specification {
                $0.steering.workforce = .portal
                $0.steering.pace = 1
                $0.workersPerObject = workers
                change(&$0)
            })
        try await advance(to: 2)
    }

    /// The same job after a restart.
    init(_ job: JobID, on engine: EngineFixture) {
        self.engine = engine
        self.job = job
    }

    /// Moves the clock to so many seconds after the start.
    func advance(to seconds: Int64) async throws {
        try await engine.engine.advanceClock(to: Self.start + .seconds(seconds))
    }

    func row() async throws -> JobRow { try #require(try await engine.jobs.job(job)) }

    func claim(_ person: Int) async throws -> PortalTask? {
        try await engine.engine.claimTask(of: try await row(), by: Self.id(person))
    }

    func work(_ person: Int) async throws -> PortalWork? {
        try await engine.engine.portalWork(of: try await row(), for: Self.id(person))
    }

    static func content(_ label: String) -> [UInt8] {
        Array(#"{"crowd-image-classifier":{"label":"\#(label)"}}"#.utf8)
    }

    func submit(
        _ label: String, to task: PortalTask, by person: Int, timeSpent: Duration? = nil
    ) async throws -> PortalSubmission {
        try await engine.engine.submit(
            PortalAnswer(worker: Self.id(person), content: Self.content(label), timeSpent: timeSpent), to: task.id,
            of: try await row())
    }

    func giveBack(_ task: PortalTask, by person: Int, declines: Bool) async throws -> Bool {
        try await engine.engine.giveBack(task.id, of: try await row(), by: Self.id(person), declines: declines)
    }

    /// Claims and answers until there is nothing left for a person; returns the objects.
    @discardableResult
    func answerAll(_ person: Int, _ label: (Int) -> String) async throws -> [Int] {
        var objects: [Int] = []
        while let task = try await claim(person) {
            #expect(try await submit(label(task.id.object), to: task, by: person) == .taken)
            objects.append(task.id.object)
        }
        return objects
    }

    func outcome() async throws -> EngineFixture.Outcome { try await engine.outcome(job) }

    func object(_ index: Int) async throws -> DataObject? {
        try await engine.jobs.read(job) { try $0.objects([index])[index] }?.object
    }

    /// The answers to an object as its file has them.
    func answers(to object: Int) async throws -> [JSONValue] {
        let folder = "out/Job-1/annotations/worker-response/iteration-1/\(object)/"
        let files = try await engine.tree(below: folder)
        #expect(files.count == 1)
        return try JSONValue(parsing: try #require(files.values.first))["answers"]?.array ?? []
    }
}
