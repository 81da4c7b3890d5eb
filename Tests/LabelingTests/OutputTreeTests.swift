import Kernel
import Testing

@testable import Labeling

@Suite struct OutputTreeTests {
    private let at = Instant(microseconds: 1_609_181_998_321_000)

    @Test(arguments: ["s3://bucket/some/where", "s3://bucket/some/where/", "s3://bucket/some/where//"])
    func noPathHasADoubleSlash(path: String) throws {
        let tree = OutputTree(outputPath: try #require(S3URI(path)), job: "MyJob-1")
        #expect(tree.bucket == "bucket")
        #expect(tree.outputManifest == "some/where/MyJob-1/manifests/output/output.manifest")
        #expect(tree.uri(tree.outputManifest) == "s3://bucket/some/where/MyJob-1/manifests/output/output.manifest")
    }

    @Test(arguments: ["s3://bucket", "s3://bucket/"])
    func theTreeMayStandAtTheTopOfABucket(path: String) throws {
        let tree = OutputTree(outputPath: try #require(S3URI(path)), job: "j")
        #expect(tree.outputManifest == "j/manifests/output/output.manifest")
    }

    @Test func pathsAreThoseOfTheService() throws {
        let tree = OutputTree(outputPath: try #require(S3URI("s3://b/o")), job: "J")
        #expect(
            tree.workerResponse(iteration: 1, object: 42, at: at)
                == "o/J/annotations/worker-response/iteration-1/42/2020-12-28_18:59:58.json")
        let consolidated = "o/J/annotations/consolidated-annotation/"
        #expect(
            tree.consolidationRequest(iteration: 2, at: at)
                == consolidated + "consolidation-request/iteration-2/2020-12-28_18:59:58.json")
        #expect(
            tree.consolidationResponse(iteration: 2, at: at)
                == consolidated + "consolidation-response/iteration-2/2020-12-28_18:59:58.json")
        #expect(tree.annotations == "o/J/annotations")
    }

    /// Published readers find these files by counting components from the end.
    @Test func readersFindIterationAndTrainingJob() throws {
        let tree = OutputTree(outputPath: try #require(S3URI("s3://b/o")), job: "J")
        let labels = tree.machineLabels(iteration: 4).split(separator: "/")
        #expect(labels.starts(with: ["o", "J", "activelearning"]))
        #expect(labels.last == "auto_annotator_output.txt")
        #expect(labels[labels.count - 3] == "4")
        let model = tree.model(iteration: 5, trainingJob: "j-5-0a1b2c3d").split(separator: "/")
        #expect(model.starts(with: ["o", "J", "training"]))
        #expect(model.suffix(2) == ["output", "model.tar.gz"])
        #expect(model[model.count - 3] == "j-5-0a1b2c3d")
        #expect(model[model.count - 5] == "5")
        #expect(tree.inferenceInput(iteration: 4).hasPrefix("o/J/inference/4/"))
        #expect(tree.inferenceOutput(iteration: 4).hasPrefix("o/J/inference/4/"))
        #expect(tree.trainingInput(iteration: 4).hasPrefix("o/J/training/4/"))
        #expect(tree.validationInput(iteration: 4).hasPrefix("o/J/activelearning/4/"))
        #expect(tree.validationOutput(iteration: 4).hasPrefix("o/J/activelearning/4/"))
    }

    @Test func filesOfOneFolderNeverShareASecond() {
        #expect(nextFreeSecond(at, after: nil) == at.wholeSecond)
        #expect(nextFreeSecond(at, after: at - .seconds(5)) == at.wholeSecond)
        #expect(nextFreeSecond(at, after: at.wholeSecond) == at.wholeSecond + .seconds(1))
        #expect(nextFreeSecond(at, after: at.wholeSecond + .seconds(7)) == at.wholeSecond + .seconds(8))
        var latest: Instant?
        var names: Set<String> = []
        for _ in 0..<100 {
            let instant = nextFreeSecond(at, after: latest)
            names.insert(instant.fileNameText)
            latest = instant
        }
        #expect(names.count == 100)
    }

    @Test func addressesComeApart() throws {
        let uri = try #require(S3URI("s3://bucket/birds/Duck/a b.jpg"))
        #expect(uri.bucket == "bucket")
        #expect(uri.key == "birds/Duck/a b.jpg")
        #expect(uri.folderName == "Duck")
        #expect(uri.description == "s3://bucket/birds/Duck/a b.jpg")
        #expect(S3URI("s3://b/a.jpg")?.folderName == nil)
        #expect(S3URI("s3://b//a.jpg")?.folderName == nil)
        #expect(S3URI("s3://b")?.key == "")
        #expect(S3URI("s3://b/k/")?.folderName == "k")
        for text in ["", "s3:/b/k", "s3://", "s3:///k", "S3://b/k", "https://b/k", "b/k"] {
            #expect(S3URI(text) == nil)
        }
    }
}
