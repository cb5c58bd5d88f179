package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.List;

/**
 * The straight pieces that a face makes of a skeleton: curves become chords, free ends get serifs.
 *
 * @param width of the skeleton
 * @param pieces in units of the skeleton
 */
record Strokes(double width, List<Piece> pieces) {

    private static final int CHORDS = 7;
    private static final double CAP = 20;
    private static final double X_HEIGHT = 14;
    private static final double DESCENDER = -6;

    /**
     * A straight piece.
     *
     * @param startSquare whether it begins with a square end, not a round one
     * @param endSquare whether it ends so
     */
    record Piece(double x0, double y0, double x1, double y1, boolean startSquare, boolean endSquare) {}

    private enum Serifs {
        NONE,
        /** The upper ones on the left only, as on small letters. */
        SMALL,
        FULL
    }

    private record Point(double x, double y, boolean curved) {}

    static Strokes of(char character, Face face) {
        Skeleton skeleton = Skeleton.of(character, face);
        Serifs serifs = skeleton.serifs() ? Character.isLowerCase(character) ? Serifs.SMALL : Serifs.FULL : Serifs.NONE;
        List<Piece> pieces = new ArrayList<>();
        List<Point> path = new ArrayList<>();
        for (Skeleton.Move move : skeleton.moves()) {
            if (move.way() == 'M') {
                finish(path, serifs, face, pieces);
                path.clear();
                path.add(new Point(move.x(), move.y(), false));
            } else if (move.way() == 'L') {
                path.add(new Point(move.x(), move.y(), false));
            } else {
                bend(path, move, face.bow());
            }
        }
        finish(path, serifs, face, pieces);
        return new Strokes(skeleton.width(), List.copyOf(pieces));
    }

    private static void bend(List<Point> path, Skeleton.Move move, double bow) {
        Point from = path.get(path.size() - 1);
        for (int i = 1; i <= CHORDS; i++) {
            double angle = Math.PI / 2 * i / CHORDS;
            double early = i == CHORDS ? 1 : StrictMath.pow(StrictMath.sin(angle), 2 / bow);
            double late = i == CHORDS ? 1 : 1 - StrictMath.pow(StrictMath.cos(angle), 2 / bow);
            boolean level = move.way() == 'H';
            path.add(new Point(
                    from.x + (move.x() - from.x) * (level ? early : late),
                    from.y + (move.y() - from.y) * (level ? late : early),
                    true));
        }
    }

    private static void finish(List<Point> path, Serifs serifs, Face face, List<Piece> pieces) {
        boolean square = face.ends() == Face.Ends.SQUARE;
        boolean closed = path.size() > 2 && same(path.get(0), path.get(path.size() - 1));
        for (int i = 0; i + 1 < path.size(); i++) {
            Point from = path.get(i);
            Point to = path.get(i + 1);
            boolean start = square && !to.curved && (i == 0 ? !closed : corner(path.get(i - 1), from, to));
            boolean end = square && (i + 2 == path.size() ? !closed : !to.curved && corner(from, to, path.get(i + 2)));
            pieces.add(new Piece(from.x, from.y, to.x, to.y, start || (square && i == 0 && !closed), end));
        }
        if (face.serif() > 0 && serifs != Serifs.NONE && path.size() > 1) {
            serif(path.get(0), path.get(1), serifs, face, pieces);
            serif(path.get(path.size() - 1), path.get(path.size() - 2), serifs, face, pieces);
        }
    }

    private static boolean same(Point first, Point second) {
        return first.x == second.x && first.y == second.y;
    }

    // A level and an upright line meet: the corner is sharp.
    private static boolean corner(Point before, Point at, Point after) {
        return !after.curved
                && !at.curved
                && ((before.x == at.x && at.y == after.y) || (before.y == at.y && at.x == after.x));
    }

    private static void serif(Point end, Point inner, Serifs serifs, Face face, List<Piece> pieces) {
        double half = face.serif();
        boolean square = face.ends() == Face.Ends.SQUARE;
        boolean steep = Math.abs(end.y - inner.y) > Math.abs(end.x - inner.x);
        boolean top = end.y > inner.y;
        if (steep && (end.y == (top ? CAP : 0) || end.y == (top ? X_HEIGHT : DESCENDER))) {
            boolean small = top && serifs == Serifs.SMALL;
            pieces.add(new Piece(end.x - half, end.y, end.x + (small ? 0 : half), end.y, square, square));
        } else if (end.y == inner.y && (end.y == CAP || end.y == 0)) {
            double tick = end.y == 0 ? half * 1.3 : -half * 1.3;
            pieces.add(new Piece(end.x, end.y, end.x, end.y + tick, square, square));
        }
    }
}
