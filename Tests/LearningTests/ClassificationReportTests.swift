import Learning
import Testing

struct ClassificationReportTests {
    @Test func accuracyPrecisionAndRecallAreThoseOfTheCounts() {
        var report = ClassificationReport(classes: 3)
        for (truth, label, count) in [(0, 0, 8), (0, 1, 2), (1, 1, 5), (1, 0, 1)] {
            for _ in 0..<count { report.add(truth: truth, label: label) }
        }
        #expect(report.total == 16 && report.correct == 13 && report.accuracy == 13.0 / 16)
        #expect(report.precision(0) == 8.0 / 9 && report.recall(0) == 0.8)
        #expect(report.precision(1) == 5.0 / 7 && report.recall(1) == 5.0 / 6)
        #expect(report.precision(2) == nil && report.recall(2) == nil)
    }

    @Test func withoutObjectsThereIsNoAccuracy() {
        #expect(ClassificationReport(classes: 2).accuracy == nil)
    }
}
