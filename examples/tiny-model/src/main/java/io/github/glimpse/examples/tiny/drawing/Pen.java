package io.github.glimpse.examples.tiny.drawing;

/**
 * Follows strokes with an elliptic nib. A pixel is inked by its distance to the nearest piece, measured so that the nib is a
 * circle.
 */
final class Pen {

    private static final double CAP = 20;
    private static final double FAINT = 0.02;

    private final Face face;
    private final double radius;
    private final double unit;
    private final double shiftX;
    private final double shiftY;

    /**
     * A pen for one size.
     *
     * @param face it writes
     * @param cap height of a capital with its strokes, in pixels
     * @param shiftX where in a pixel the pen's place lies, 0 to 1
     * @param shiftY where in a pixel the baseline lies, 0 to 1
     */
    Pen(Face face, double cap, double shiftX, double shiftY) {
        this.face = face;
        this.shiftX = shiftX;
        this.shiftY = shiftY;
        radius = face.weight() * cap / 2;
        unit = (cap - 2 * radius / face.contrast()) / CAP;
    }

    Glyph draw(char character) {
        Strokes strokes = Strokes.of(character, face);
        double across = unit * face.width();
        double indent = 0;
        double advance = (strokes.width() * face.width() + face.spacing() + face.serif()) * unit + 2 * radius;
        if (face.advance() > 0) {
            advance = face.advance() * unit + 2 * radius;
            double room = (face.advance() - 3.2) * unit;
            across = strokes.width() * across > room ? room / strokes.width() : across;
            indent = (room - strokes.width() * across) / 2;
        }
        double[][] lines = place(strokes, across, indent);
        return ink(strokes, lines, advance);
    }

    // Pieces in pixels, downwards from the baseline: x0, y0, x1, y1.
    private double[][] place(Strokes strokes, double across, double indent) {
        double[][] lines = new double[strokes.pieces().size()][];
        double edge = radius / face.contrast();
        for (int i = 0; i < lines.length; i++) {
            Strokes.Piece piece = strokes.pieces().get(i);
            double up0 = edge + piece.y0() * unit;
            double up1 = edge + piece.y1() * unit;
            double start = radius + indent + shiftX;
            lines[i] = new double[] {
                start + piece.x0() * across + face.slant() * up0,
                shiftY - up0,
                start + piece.x1() * across + face.slant() * up1,
                shiftY - up1
            };
        }
        return lines;
    }

    private Glyph ink(Strokes strokes, double[][] lines, double advance) {
        double left = Double.MAX_VALUE;
        double right = -Double.MAX_VALUE;
        double top = Double.MAX_VALUE;
        double bottom = -Double.MAX_VALUE;
        for (double[] line : lines) {
            left = Math.min(left, Math.min(line[0], line[2]));
            right = Math.max(right, Math.max(line[0], line[2]));
            top = Math.min(top, Math.min(line[1], line[3]));
            bottom = Math.max(bottom, Math.max(line[1], line[3]));
        }
        int reach = (int) Math.ceil(radius * 1.5 + 1);
        int firstX = (int) Math.floor(left) - reach;
        int firstY = (int) Math.floor(top) - reach;
        int width = (int) Math.ceil(right) + reach - firstX;
        int height = (int) Math.ceil(bottom) + reach - firstY;
        double[] cover = new double[width * height];
        for (int i = 0; i < lines.length; i++) {
            stroke(strokes.pieces().get(i), lines[i], cover, width, height, firstX, firstY, reach);
        }
        return trim(cover, width, height, firstX, firstY, advance);
    }

    private void stroke(
            Strokes.Piece piece,
            double[] line,
            double[] cover,
            int width,
            int height,
            int firstX,
            int firstY,
            int reach) {
        int fromX = Math.max(0, (int) Math.floor(Math.min(line[0], line[2])) - reach - firstX);
        int toX = Math.min(width, (int) Math.ceil(Math.max(line[0], line[2])) + reach - firstX);
        int fromY = Math.max(0, (int) Math.floor(Math.min(line[1], line[3])) - reach - firstY);
        int toY = Math.min(height, (int) Math.ceil(Math.max(line[1], line[3])) + reach - firstY);
        double soft = (1 + face.contrast()) / 2;
        for (int y = fromY; y < toY; y++) {
            for (int x = fromX; x < toX; x++) {
                double distance = distance(piece, line, x + firstX + 0.5, y + firstY + 0.5);
                double share = Math.min(1, (radius - distance) / soft + 0.5);
                cover[y * width + x] = Math.max(cover[y * width + x], share);
            }
        }
    }

    private double distance(Strokes.Piece piece, double[] line, double x, double y) {
        double deltaX = line[2] - line[0];
        double deltaY = (line[3] - line[1]) * face.contrast();
        double fromX = x - line[0];
        double fromY = (y - line[1]) * face.contrast();
        double length = Math.sqrt(deltaX * deltaX + deltaY * deltaY);
        if (length == 0) {
            return Math.sqrt(fromX * fromX + fromY * fromY);
        }
        double along = (fromX * deltaX + fromY * deltaY) / length;
        double aside = Math.abs(fromX * deltaY - fromY * deltaX) / length;
        double over = along < 0 ? -along : along - length;
        if (over <= 0) {
            return aside;
        }
        boolean square = along < 0 ? piece.startSquare() : piece.endSquare();
        return square ? Math.max(aside, over) : Math.sqrt(aside * aside + over * over);
    }

    private static Glyph trim(double[] cover, int width, int height, int firstX, int firstY, double advance) {
        int left = width;
        int right = 0;
        int top = height;
        int bottom = 0;
        for (int i = 0; i < cover.length; i++) {
            if (cover[i] > FAINT) {
                left = Math.min(left, i % width);
                right = Math.max(right, i % width + 1);
                top = Math.min(top, i / width);
                bottom = Math.max(bottom, i / width + 1);
            }
        }
        byte[] ink = new byte[(right - left) * (bottom - top)];
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                double share = cover[y * width + x];
                ink[(y - top) * (right - left) + x - left] = (byte) (share > FAINT ? Math.rint(share * 255) : 0);
            }
        }
        return new Glyph(firstX + left, firstY + top, right - left, bottom - top, ink, advance);
    }
}
