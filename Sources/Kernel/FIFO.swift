/// A queue whose front moves along an array; the space behind it is given back in large steps.
package struct FIFO<Element> {
    /// Nil where an element has been taken: what it holds is not held any longer here.
    private var elements: [Element?] = []
    private var head = 0

    package init() {}

    /// Elements that wait.
    package var count: Int { elements.count - head }

    /// Puts an element at the end.
    package mutating func append(_ element: Element) { elements.append(element) }

    /// Takes the front element.
    package mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head].take()
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024 {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Empties the queue and returns what was in it.
    package mutating func removeAll() -> [Element] {
        defer {
            elements = []
            head = 0
        }
        return elements[head...].compactMap(\.self)
    }
}
