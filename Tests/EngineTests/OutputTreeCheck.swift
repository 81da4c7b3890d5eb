import Engine
import JSON
import Kernel
import Store
import Testing

/// Reads a job's output tree the way its documented consumers do, and says what is in it. What is wrong with a single
/// file is an issue at once.
struct OutputTreeCheck {
    /// Objects by the iteration in whose folder their answers lie.
    private(set) var answered: [Int: [Int]] = [:]
    private(set) var requests: [String: [Int]] = [:]
    private(set) var responses: [String: [Int]] = [:]
    private(set) var largestCall = 0

    var objectsWithAnswers: Set<Int> { Set(answered.values.joined()) }
    var rounds: [Int] { answered.keys.sorted() }

    func objects(ofRound round: Int) -> Set<Int> { Set(answered[round] ?? []) }

    init(_ tree: [String: [UInt8]], job: String, workers: Int) throws {
        for (key, bytes) in tree.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count > 3, parts[0] == "out", parts[1] == job, parts[2] == "annotations" else { continue }
            let name = try #require(parts.last)
            #expect(name.wholeMatch(of: /\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.json/) != nil, "\(key)")
            let value = try JSONValue(parsing: bytes)
            switch (parts[3], parts[4]) {
            case ("worker-response", _): try addAnswers(parts, value, workers)
            case ("consolidated-annotation", "consolidation-request"):
                let objects = try Self.objects(of: value)
                largestCall = max(largestCall, objects.count)
                requests[parts[5] + "/" + name] = objects
                for entry in value.array ?? [] { try Self.checkRequest(entry) }
            case ("consolidated-annotation", "consolidation-response"):
                responses[parts[5] + "/" + name] = try Self.objects(of: value)
            default: Issue.record("\(key) is no documented file")
            }
        }
        let all = answered.values.joined()
        #expect(Set(all).count == all.count, "an object has two files of answers")
        let consolidated = requests.values.joined()
        #expect(Set(consolidated).count == consolidated.count, "an object is in two calls")
        #expect(Set(consolidated) == Set(all))
    }

    private mutating func addAnswers(_ parts: [String], _ value: JSONValue, _ workers: Int) throws {
        let round = try #require(Int(parts[5 - 1].dropFirst("iteration-".count)))
        let object = try #require(Int(parts[5]))
        answered[round, default: []].append(object)
        let answers = try #require(value["answers"]?.array)
        #expect((1...workers).contains(answers.count))
        #expect(Set(answers.compactMap { $0["workerId"]?.string }).count == answers.count)
        let times = answers.compactMap { $0["submissionTime"]?.string }
        #expect(times.count == answers.count && times == times.sorted())
        for answer in answers {
            #expect(answer["answerContent"]?["crowd-image-classifier"]?["label"]?.string != nil)
            let time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/
            #expect(answer["submissionTime"]?.string?.wholeMatch(of: time) != nil)
            #expect(answer["acceptanceTime"]?.string?.wholeMatch(of: time) != nil)
            #expect((answer["timeSpentInSeconds"]?.double ?? -1) >= 0)
            let id = answer["workerId"]?.string ?? ""
            let isPrivate = id.wholeMatch(of: /private\.us-east-1\.[0-9a-f]{16}/) != nil
            let isPublic = id.wholeMatch(of: /public\.us-east-1\.[A-Z0-9]{26}/) != nil
            #expect(isPrivate || isPublic, "\(id)")
            #expect((answer["workerMetadata"] != nil) == isPrivate)
        }
    }

    private static func objects(of file: JSONValue) throws -> [Int] {
        try #require(file.array).map { try #require($0["datasetObjectId"]?.string.flatMap { Int($0) }) }
    }

    private static func checkRequest(_ entry: JSONValue) throws {
        #expect(entry["dataObject"]?["s3Uri"]?.string?.hasPrefix("s3://data/") == true)
        for annotation in try #require(entry["annotations"]?.array) {
            let content = try #require(annotation["annotationData"]?["content"]?.string)
            #expect(try JSONValue(parsing: content)["crowd-image-classifier"]?["label"] != nil)
        }
    }
}
