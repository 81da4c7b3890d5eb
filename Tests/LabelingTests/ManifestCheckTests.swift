import JSON
import Kernel
import Testing

@testable import Labeling

/// A manifest is read to the end, and all that is wrong with it is told by line.
@Suite struct ManifestCheckTests {
    private let place = "in.manifest"

    private func check(
        _ manifest: [UInt8], chunk: Int = .max, for type: TaskType? = .imageMultiClass, label: String? = "L",
        samples: Int = 3, plan: LabelingJob.Plan = LabelingJob.Plan()
    ) -> ManifestCheck {
        var check = ManifestCheck(place, for: type, labelAttribute: label, sampleSize: samples)
        var start = 0
        while start < manifest.count {
            let end = min(start + min(chunk, manifest.count), manifest.count)
            manifest[start..<end].withUnsafeBytes { check.take($0) }
            start = end
        }
        check.end(plan)
        return check
    }

    private let broken = """
        {"source-ref":"s3://b/1.png"}
        {"source":"x","source-ref":"s3://b/2.png"}
        [1]

        {"source":"a text"}
        {"source-ref":"http://b/3.png"}
        {"source-ref":"s3://b/4.png","L":1}
        {"source-ref":"s3://b/5.png"}
        {"a":1}
        """

    @Test func everyLineThatIsWrongIsTold() {
        let found = check(utf8(broken))
        #expect(
            found.problems.listed == [
                InputProblem(place, line: 2, "it has both source-ref and source"),
                InputProblem(place, line: 3, "the line is not a valid JSON object, which fails the whole job"),
                InputProblem(place, line: 4, "the line is not a valid JSON object, which fails the whole job"),
                InputProblem(
                    place, line: 5,
                    "this task type labels the objects that source-ref names, and the line has source"),
                InputProblem(place, line: 6, "'http://b/3.png' is not an s3:// address"),
                InputProblem(place, line: 9, "it has neither source-ref nor source"),
            ])
        #expect(found.problems.listed[0].text == "in.manifest:2: it has both source-ref and source")
        #expect(found.objects == 7)
        // Whatever is labeled already, or cannot be, is not looked at.
        #expect(
            found.samples == [
                ManifestCheck.Sample(line: 1, source: .reference("s3://b/1.png")),
                ManifestCheck.Sample(line: 8, source: .reference("s3://b/5.png")),
            ])
    }

    @Test func anyCutIntoChunksFindsTheSame() {
        let manifest = utf8(broken), whole = check(manifest)
        for chunk in 1...manifest.count {
            let found = check(manifest, chunk: chunk)
            #expect(found.problems == whole.problems && found.samples == whole.samples)
        }
    }

    @Test func whatATaskTypeWantsIsAskedOnlyWhereItIsKnown() {
        #expect(check(utf8(broken), for: nil).problems.listed.map(\.line) == [2, 3, 4, 9])
        #expect(check(utf8(broken), for: .textMultiClass).problems.listed.map(\.line) == [1, 2, 3, 4, 6, 7, 8, 9])
    }

    /// What a job stops at is the first of what a check finds to be fatal, and before it both see the same lines.
    @Test func aJobStopsAtTheFirstLineThatACheckRefuses() {
        let fragments = [
            #"{"source":"a"}"#, #"{"source-ref":"s3://b/k"}"#, "", "{", #"{"source":1}"#, "  ",
            #"{"source":"é","$x":1}"#,
            "null",
        ]
        let draws = SeededDraws(seed: 7).scoped("manifests")
        for round in 0..<2000 {
            let lines = (0..<draws.below(7, round)).map { fragments[draws.below(fragments.count, round, 1 + $0)] }
            let manifest = utf8(lines.joined(separator: "\n"))
            var strict = ManifestScanner(), seen = 0
            var stop: ManifestError?
            do {
                try manifest.withUnsafeBytes { bytes in
                    Result { () throws(ManifestError) in try strict.scan(bytes) { _ in seen += 1 } }
                }.get()
                try strict.finish { _ in seen += 1 }
            } catch { stop = error }
            let found = check(manifest, for: nil)
            let fatal = found.problems.listed.first { $0.message.hasSuffix("fails the whole job") }
            #expect(fatal?.line == stop?.line, "\(lines)")
            if stop == nil { #expect(found.objects == seen) } else { #expect(found.objects >= seen) }
        }
    }

    @Test func problemsOfALongFileAreCounted() {
        let found = check(utf8(String(repeating: "{}\n", count: 5000))).problems
        #expect(found.listed.count == 100 && found.count == 5000 && found.listed.last?.line == 100)
        let document = found.document(checked: ["objects": 5000])
        #expect(document["valid"]?.bool == false && document["problemCount"]?.integer == 5000)
        #expect(document["problems"]?.array?.first?["where"]?.string == place)
        #expect(document["problems"]?.array?.first?["line"]?.integer == 1)
    }

    /// A line without an end must neither be kept nor hide the lines behind it.
    @Test func readingGoesOnBehindALineThatIsTooLong() {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 500_000)
        let manifest = utf8("{\"source\":\"a\"}\n") + long + utf8("\n{}\n")
        for chunk in [Int.max, 65_536] {
            #expect(
                check(manifest, chunk: chunk, for: nil).problems.listed == [
                    InputProblem(place, line: 2, "the line has more than 100000 characters, which fails the whole job"),
                    InputProblem(place, line: 3, "it has neither source-ref nor source"),
                ])
        }
    }

    @Test func theNumberOfObjectsHasItsBounds() {
        var plan = LabelingJob.Plan()
        plan.objectLimit = 2
        let three = utf8(String(repeating: "{\"source\":\"a\"}\n", count: 3))
        #expect(
            check(three, for: nil, plan: plan).problems.listed.map(\.message) == [
                FailureText.tooManyObjects(3, most: 2)
            ])
        plan = LabelingJob.Plan()
        plan.isAutomated = true
        #expect(
            check(three, for: nil, plan: plan).problems.listed.map(\.message)
                == [FailureText.tooFewObjectsToAutomate(3, minimum: 1250)])
        #expect(check([], for: nil).problems.listed.map(\.message) == [FailureText.manifestEmpty(place)])
        #expect(check(three, for: nil).problems.isEmpty)
    }
}
