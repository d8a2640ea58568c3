'use strict';
// A line chart on a canvas: one or two runs over the batches.

// series: [{points: [[x, y]], colour, faint}]; axis: {low, high, text(y)}.
function drawChart(canvas, series, axis) {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const inner = { left: 44, right: width - 8, top: 8, bottom: height - 22 };
    const last = Math.max(10, ...series.map(one => one.points.length ? one.points.at(-1)[0] : 0));
    const x = value => inner.left + value / last * (inner.right - inner.left);
    const y = value => inner.bottom - (value - axis.low) / (axis.high - axis.low) *
        (inner.bottom - inner.top);
    context.font = '12px system-ui, sans-serif';
    context.fillStyle = style.getPropertyValue('--muted');
    context.strokeStyle = style.getPropertyValue('--rule');
    drawAxes(context, inner, axis, last, x, y);
    context.save();
    context.beginPath();
    context.rect(inner.left, inner.top, inner.right - inner.left, inner.bottom - inner.top);
    context.clip();
    for (const one of series) {
        context.strokeStyle = style.getPropertyValue(one.colour);
        context.globalAlpha = one.faint ? 0.3 : 1;
        context.lineWidth = one.faint ? 1 : 2;
        context.beginPath();
        for (const [px, py] of one.points)
            if (Number.isFinite(py)) context.lineTo(x(px), y(Math.min(py, 2 * axis.high)));
        context.stroke();
    }
    context.restore();
}

function drawAxes(context, inner, axis, last, x, y) {
    const steps = 4;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.lineWidth = 1;
    for (let k = 0; k <= steps; k++) {
        const value = axis.low + (axis.high - axis.low) * k / steps;
        const py = Math.round(y(value)) + 0.5;
        context.beginPath();
        context.moveTo(inner.left, py);
        context.lineTo(inner.right, py);
        context.stroke();
        context.fillText(axis.text(value), inner.left - 6, py);
    }
    context.textBaseline = 'top';
    context.textAlign = 'center';
    context.fillText('0', x(0), inner.bottom + 6);
    context.textAlign = 'right';
    context.fillText(String(last), x(last), inner.bottom + 6);
}

// Each point the mean of those around it, so that the trend shows.
function smooth(points, reach) {
    return points.map(([x], i) => {
        const near = points.slice(Math.max(0, i - reach), i + 1);
        return [x, near.reduce((sum, [, y]) => sum + y, 0) / near.length];
    });
}
