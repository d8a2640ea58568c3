"""The evidence in a count of test images: intervals, tests of differences, verdicts."""

import math

Z = 1.959964  # 95 % of a normal distribution lie within so many deviations


def wilson(count, images):
    """The 95 % interval of a share that was counted among so many images (Wilson 1927)."""
    share, z2 = count / images, Z * Z
    middle = (share + z2 / (2 * images)) / (1 + z2 / images)
    root = share * (1 - share) / images + z2 / (4 * images * images)
    half = Z * math.sqrt(root) / (1 + z2 / images)
    return middle - half, middle + half


def mcnemar(first, second):
    """Two networks on the same images, lists of right and wrong: how many only the first has right,
    how many only the second, and how probable so uneven a division is if both are equally good
    (exact, two-sided)."""
    only_first = sum(a and not b for a, b in zip(first, second))
    only_second = sum(b and not a for a, b in zip(first, second))
    differ, less = only_first + only_second, min(only_first, only_second)
    tail = sum(math.comb(differ, k) for k in range(less + 1)) / 2**differ
    return only_first, only_second, min(1.0, 2 * tail)


def t_density(t, df):
    log = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    return math.exp(log - (df + 1) / 2 * math.log1p(t * t / df))


def t_quantile(df):
    """Student's t has 95 % of its mass within plus and minus this: Simpson's rule, bisection."""

    def mass(t):
        pieces = max(400, 20 * int(t))
        step = t / pieces
        inner = sum((4 if k % 2 else 2) * t_density(k * step, df) for k in range(1, pieces))
        return 2 * step / 3 * (t_density(0, df) + inner + t_density(t, df))

    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        if mass(middle) < 0.95:
            low = middle
        else:
            high = middle
    return high


def contrast(pairs):
    """The mean difference within pairs of groups of seeds, and half its 95 % interval (Welch 1947).
    Seeds of two groups are not paired: the same seed in another network is another start."""
    difference = variance = parts = 0.0
    for with_it, without in pairs:
        for group, sign in ((with_it, 1), (without, -1)):
            count, mean = len(group), sum(group) / len(group)
            difference += sign * mean / len(pairs)
            if count < 2:
                return difference, math.inf
            share = sum((x - mean) ** 2 for x in group) / (count - 1) / count / len(pairs) ** 2
            variance += share
            parts += share**2 / (count - 1)
    if variance == 0:
        return difference, 0.0
    return difference, t_quantile(max(1.0, variance**2 / parts)) * math.sqrt(variance)


def separable(difference, half):
    """better, worse, or not separable."""
    if abs(difference) <= half:
        return "not separable"
    return "better" if difference > 0 else "worse"


def verdict(ours, theirs, images):
    """Two accuracies of different networks, counted by different people on as many images: whether
    ours reproduces theirs, exceeds it or does not reach it."""
    spread = math.sqrt((ours * (1 - ours) + theirs * (1 - theirs)) / images)
    if abs(ours - theirs) <= Z * spread:
        return "reproduced"
    return "exceeded" if ours > theirs else "not reproduced"
