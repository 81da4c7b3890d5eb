import JSON
import Kernel
import Labeling
import Testing

@Suite struct SteeringTests {
    private func rule(_ text: String) throws -> Steering {
        try Steering(rule: try #require(try JSONValue(parsing: text).object))
    }

    private func refused(_ text: String) -> Steering.Refusal? {
        do { _ = try rule(text) } catch { return error as? Steering.Refusal }
        return nil
    }

    @Test func everySettingIsRead() throws {
        let steering = try rule(
            """
            {"workforce":"scripted","crowd":"mturk","truth":{"manifest":"s3://b/t","attribute":"a"},
            "answers":[[{}]],"outcome":"stop@training:2","pace":0.5,"seed":7,"schedule":"documented","minObjects":10,
            "workers":3,"learner":"none"}
            """)
        #expect(
            steering.workforce == .scripted && steering.crowd == .mturk && steering.learner == Steering.Learner.none)
        #expect(steering.truthManifest == "s3://b/t" && steering.truthAttribute == "a")
        #expect(steering.outcome?.description == "stop@training:2" && steering.pace == 0.5 && steering.seed == 7)
        #expect(steering.schedule == .documented && steering.minObjects == 10 && steering.workers == 3)
        #expect(steering.answers?.array?.count == 1)
    }

    @Test(arguments: [
        (#"{"workforce":"robots"}"#, "workforce", "simulated, scripted, portal"), (#"{"crowd":1}"#, "crowd", "perfect"),
        (#"{"truth":"b/t"}"#, "truth", "s3://"), (#"{"answers":{}}"#, "answers", "list"),
        (#"{"outcome":"fail"}"#, "outcome", "annotating"), (#"{"pace":0}"#, "pace", "above 0"),
        (#"{"pace":1000001}"#, "pace", "1000000"), (#"{"pace":"1"}"#, "pace", "number"),
        (#"{"seed":-1}"#, "seed", "at least 0"), (#"{"seed":1.5}"#, "seed", "whole"),
        (#"{"minObjects":0}"#, "minObjects", "1 to"), (#"{"workers":10001}"#, "workers", "10000"),
        (#"{"speed":1}"#, "speed", "no setting"),
    ])
    func whatIsNotUnderstoodIsRefusedByName(text: String, name: String, rule: String) throws {
        let refusal = try #require(refused(text))
        #expect(refusal.name == name && refusal.rule.contains(rule), "\(refusal)")
        #expect(refusal.description.contains("'\(name)'"))
    }

    @Test func tagsAreReadAndTheUsersOwnAreLeftAlone() throws {
        let steering = try Steering(tags: [
            (key: "team", value: "x"), (key: "groundwork:pace", value: "2"),
            (key: "groundwork:min-objects", value: "5"),
            (key: "groundwork:crowd", value: "expert"), (key: "groundwork:truth-manifest", value: "s3://b/k"),
            (key: "groundwork:truth-attribute", value: "t"),
        ])
        #expect(steering.pace == 2 && steering.minObjects == 5 && steering.crowd == .expert)
        #expect(steering.truthManifest == "s3://b/k" && steering.truthAttribute == "t")
        #expect(throws: Steering.Refusal.self) { try Steering(tags: [(key: "groundwork:pace", value: "fast")]) }
        #expect(throws: Steering.Refusal.self) { try Steering(tags: [(key: "groundwork:colour", value: "red")]) }
    }

    @Test func theFirstSourceGoesBeforeTheNext() throws {
        let first = try rule(#"{"pace":2}"#)
        let second = try rule(#"{"pace":3,"crowd":"spammy","truth":{"manifest":"s3://b/k","attribute":"t"}}"#)
        let both = first.over(second)
        #expect(both.pace == 2 && both.crowd == .spammy && both.truthAttribute == "t")
        let named = try rule(#"{"truth":"s3://mine/k"}"#).over(second)
        #expect(named.truthManifest == "s3://mine/k" && named.truthAttribute == nil)
    }

    // MARK: Rules

    private func rules(_ text: String) throws -> SteeringRules {
        try SteeringRules(parsing: try JSONValue(parsing: text))
    }

    private func subject(_ name: String, tags: [String: String] = [:]) -> SteeringRules.Subject {
        SteeringRules.Subject(
            jobName: name, workteamArn: "arn:w", taskType: .imageMultiClass, account: "000000000000", tags: tags)
    }

    @Test func theFirstRuleThatMatchesDecides() throws {
        let rules = try rules(
            """
            {"rules":[{"match":{"jobName":"slow-*","tag":{"k":"v"}},"set":{"pace":1}},
            {"match":{"jobName":"slow-*"},"set":{"pace":2}},
            {"match":{"taskType":"BoundingBox"},"set":{"pace":3}},
            {"match":{"account":"000000000000","workteamArn":"arn:w"},"set":{"pace":4}}, {"set":{"pace":5}}]}
            """)
        #expect(rules.steering(for: subject("SLOW-1", tags: ["k": "v"])).pace == 1)
        #expect(rules.steering(for: subject("slow-1", tags: ["k": "w"])).pace == 2)
        #expect(rules.steering(for: subject("fast")).pace == 4)
        #expect(try self.rules("[]").steering(for: subject("x")) == Steering())
    }

    @Test(arguments: [
        ("{}", "rules"), ("[1]", "rules.0.set"), (#"[{"match":{}}]"#, "rules.0.set"),
        (#"[{"set":{}},{"set":{"pace":0}}]"#, "rules.1.set.pace"),
        (#"[{"set":{},"when":1}]"#, "rules.0.when"), (#"[{"match":[],"set":{}}]"#, "rules.0.match"),
        (#"[{"match":{"name":"x"},"set":{}}]"#, "rules.0.match.name"),
        (#"[{"match":{"jobName":1},"set":{}}]"#, "rules.0.match.jobName"),
        (#"[{"match":{"tag":{"k":1}},"set":{}}]"#, "rules.0.match.tag"),
    ])
    func rulesAreRefusedByPlace(text: String, name: String) throws {
        do {
            _ = try rules(text)
            Issue.record("\(text) was taken")
        } catch let refusal as Steering.Refusal {
            #expect(refusal.name == name)
        }
    }

    // MARK: Glob

    /// The definition, one character after another.
    private func matches(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return matches(pattern.dropFirst(), text) || (!text.isEmpty && matches(pattern, text.dropFirst()))
        }
        guard let letter = text.first, first == "?" || first == letter else { return false }
        return matches(pattern.dropFirst(), text.dropFirst())
    }

    @Test func globsMatchLikeTheirDefinition() {
        let draws = SeededDraws(seed: 5)
        for trial in 0..<4000 {
            let letters = Array("ab*?"), plain = Array("ab")
            let pattern = String((0..<draws.below(7, trial, 0)).map { letters[draws.below(4, trial, 1, $0)] })
            let text = String((0..<draws.below(8, trial, 2)).map { plain[draws.below(2, trial, 3, $0)] })
            #expect(Glob(pattern).matches(text) == matches(pattern[...], text[...]), "\(pattern) on \(text)")
        }
        #expect(Glob("Job-*").matches("jOB-1"))
        #expect(!Glob("").matches("a") && Glob("").matches("") && Glob("**").matches(""))
    }
}

@Suite struct DrawOrderTests {
    @Test func everyObjectIsDrawnOnce() {
        for count in Array(1...70) + [255, 256, 257, 1000, 1023, 1024, 1025, 4096, 4097, 10_000] {
            let order = DrawOrder(count: count, draws: SeededDraws(seed: UInt64(count)))
            #expect(Set((0..<count).map { order.object(at: $0) }) == Set(0..<count), "\(count)")
        }
    }

    @Test func seedsGiveOrdersOfTheirOwn() {
        let orders = (0..<20).map { seed in
            let order = DrawOrder(count: 100, draws: SeededDraws(seed: UInt64(seed)))
            return (0..<100).map { order.object(at: $0) }
        }
        #expect(Set(orders).count == 20)
        // The mean of the first ten places over seeds is near that of all objects.
        let mean = Double(orders.map { $0.prefix(10).reduce(0, +) }.reduce(0, +)) / 200
        #expect((35...65).contains(mean))
    }
}

@Suite struct JobClockTests {
    private func specification(pace: Double) -> LabelingJobSpecification {
        LabelingJobSpecification(
            account: .standard, region: .standard, name: "Job", created: Instant(seconds: 1_700_000_000),
            referenceCode: "", taskType: .imageMultiClass, manifest: S3URI(bucket: "b", key: "m"),
            outputPath: S3URI(bucket: "b", key: "o"), labelAttribute: "l", workteamArn: "w", workersPerObject: 1,
            taskTimeLimit: .seconds(30), availability: .seconds(60), echo: [:],
            steering: LabelingJobSpecification.ResolvedSteering(
                workforce: .simulated, crowd: nil, pace: pace, seed: .max, minObjects: 1, workers: 1,
                learner: .automatic, objectLimit: 1))
    }

    @Test(arguments: [0.001, 0.5, 1, 7, 60, 999.5, 1000, 1_000_000])
    func theServedTimeIsTheFirstThatHasReachedAJobTime(pace: Double) {
        let specification = specification(pace: pace), created = specification.created
        for place in 0..<500 {
            let job = created + .microseconds(Int64(place * place * 137 + place))
            let served = specification.servedTime(at: job)
            #expect(specification.jobTime(at: served) >= job)
            #expect(specification.firstJobTime(at: served) <= max(job, created))
            guard served > created else { continue }
            #expect(specification.jobTime(at: served - .microseconds(1)) < job)
        }
    }

    @Test func aPaceOfOneChangesNothing() {
        let specification = specification(pace: 1)
        for place in 0..<100 {
            let instant = specification.created + .microseconds(Int64(place * 1_234_567))
            #expect(specification.jobTime(at: instant) == instant && specification.servedTime(at: instant) == instant)
            #expect(specification.firstJobTime(at: instant) == instant)
        }
    }

    @Test(arguments: [1e-300, 1e-12, 1_000_000])
    func extremePacesEndInNever(pace: Double) {
        let specification = specification(pace: pace)
        let never = specification.servedTime(at: specification.created + .seconds(30 * 86_400))
        #expect(never > specification.created)
        let far = specification.jobTime(at: specification.created + .seconds(100 * 365 * 86_400))
        #expect(far >= specification.created)
        #expect(specification.servedTime(at: .distantFuture) > specification.created)
    }

    @Test func whatIsStoredIsReadBack() throws {
        var specification = specification(pace: 2.5)
        specification.categories = S3URI(bucket: "b", key: "c")
        specification.maxHumanLabeled = 9
        specification.algorithm = .imageClassification
        specification.initialModelArn = "arn:m"
        specification.contentClassifiers = ["FreeOfAdultContent"]
        specification.notices = ["n"]
        specification.preFunction = ARN("arn:aws:lambda:us-east-1:111122223333:function:before:live")
        specification.postFunction = ARN("arn:aws:lambda:us-east-1:111122223333:function:after")
        specification.showsWholeLine = true
        specification.steering.outcome = LabelingJob.ForcedOutcome("stop@annotating:2")
        specification.steering.truthManifest = S3URI(bucket: "b", key: "t")
        specification.steering.truthAttribute = "a"
        let read = try #require(LabelingJobSpecification(decoding: specification.encoded))
        #expect(read.encoded == specification.encoded)
        #expect(read.preFunction == specification.preFunction && read.postFunction == specification.postFunction)
        #expect(read.showsWholeLine)
        #expect(read.steering == specification.steering && read.plan == specification.plan)
        #expect(read.arn.description == "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/job")
        #expect(LabelingJobSpecification(decoding: Array("{}".utf8)) == nil)
    }

    /// Rows of programs that knew no functions.
    @Test func aStoredJobWithoutFunctionsHasNone() throws {
        let stored = specification(pace: 1).encoded
        #expect(!String(decoding: stored, as: UTF8.self).contains("Function"))
        let read = try #require(LabelingJobSpecification(decoding: stored))
        #expect(read.preFunction == nil && read.postFunction == nil && !read.showsWholeLine)
    }
}
