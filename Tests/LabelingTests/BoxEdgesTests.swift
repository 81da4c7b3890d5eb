import Testing

@testable import Labeling

@Suite struct BoxEdgesTests {
    private func box(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double, _ category: Int = 0) -> BoxEdges
    {
        BoxEdges(category: category, left: left, top: top, right: right, bottom: bottom)
    }

    @Test func overlapIsTheSharedPartOfBoth() {
        #expect(box(0, 0, 10, 10).overlap(with: box(5, 0, 15, 10)) == 50.0 / 150)
        #expect(box(0, 0, 10, 10).overlap(with: box(0, 0, 10, 10, 3)) == 1)
        #expect(box(0, 0, 10, 10).overlap(with: box(2, 2, 7, 6)) == 0.2)
        #expect(box(0, 0, 10, 10).overlap(with: box(10, 0, 20, 10)) == 0)
        #expect(box(0, 0, 10, 10).overlap(with: box(20, 20, 30, 30)) == 0)
    }

    @Test func aBoxWithoutAreaIsLikeItselfOnly() {
        #expect(box(3, 4, 3, 9).overlap(with: box(3, 4, 3, 9)) == 1)
        #expect(box(3, 4, 3, 9).overlap(with: box(3, 4, 3, 8)) == 0)
        #expect(box(3, 4, 3, 4).overlap(with: box(0, 0, 9, 9)) == 0)
    }

    @Test func edgesMoveToWholePixels() {
        let drawn = LabeledBox(category: 2, left: 3, top: 4, width: 10, height: 20)
        #expect(BoxEdges(drawn) == box(3, 4, 13, 24, 2))
        #expect(BoxEdges(drawn).labeledBox == drawn)
        #expect(
            box(1.5, 2.4, 10.5, 20.6, 1).labeledBox == LabeledBox(category: 1, left: 2, top: 2, width: 9, height: 19))
    }

    @Test func numbersThatNoImageHasAreBorneWith() {
        let odd = LabeledBox(category: 0, left: .max, top: .min, width: -5, height: .max)
        let edges = BoxEdges(odd)
        #expect(edges.right == edges.left)
        #expect(edges.labeledBox.width == 0)
    }

    @Test func boxesAreOrderedFromTheTopThenFromTheLeft() {
        let boxes = [box(5, 0, 6, 9), box(0, 1, 9, 9), box(7, 0, 8, 9), box(5, 0, 6, 9, 1)]
        #expect(boxes.sorted() == [boxes[0], boxes[3], boxes[2], boxes[1]])
    }
}
