// A point in time, in whole microseconds: the finest unit the service ever writes (creation dates have six digits).
// Everything that happens is stamped with one of these; nothing outside the live clocks asks the system for the time.

/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
package struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// An instant without a fraction of a second. What lies beyond all that can be told becomes the last that can.
    package init(seconds: Int64) {
        let last = Int64.max / 1_000_000
        microseconds = min(max(seconds, -last), last) * 1_000_000
    }

    /// 1970-01-01T00:00:00Z.
    package static let epoch = Instant(microseconds: 0)
    /// Later than every instant that occurs; used as "never".
    package static let distantFuture = Instant(microseconds: .max / 4)

    /// Whole seconds since the epoch, rounded down.
    package var seconds: Int64 { floorDivide(microseconds, 1_000_000).quotient }
    /// Seconds since the epoch with fraction, as JSON protocols carry them.
    package var secondsWithFraction: Double { Double(microseconds) / 1_000_000 }

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds + duration.inMicroseconds)
    }

    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds - duration.inMicroseconds)
    }

    package static func - (left: Instant, right: Instant) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }

    /// The same instant without its fraction of a second.
    package var wholeSecond: Instant { Instant(seconds: seconds) }
    /// The same instant without what is finer than a millisecond.
    package var wholeMillisecond: Instant {
        Instant(microseconds: floorDivide(microseconds, 1000).quotient * 1000)
    }
}

extension Duration {
    /// Whole microseconds, rounded toward zero.
    package var inMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// Seconds with fraction.
    package var inSeconds: Double { Double(inMicroseconds) / 1_000_000 }
}

/// Division that rounds down, so that dates before 1970 work too.
func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
    var (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
    if remainder < 0 {
        quotient -= 1
        remainder += by
    }
    return (quotient, remainder)
}
