package io.github.glimpse.constrain;

/**
 * Finds calls of tools in the text of an answer, piece by piece: {@code <tool_call>}, an object with {@code name} and
 * {@code arguments}, {@code </tool_call>}. However the text is cut, the joined events are the same. What is no call is
 * text: a call counts if it has a name and a whole JSON value, also where its end marker is missing. Nothing is read
 * twice. One per answer; not safe for concurrent use.
 */
public final class ToolCallParser {

    /** How the model writes the markers. */
    public enum Markers {
        /** As text. */
        TEXT,
        /** As tokens of their own, which {@link #openMarker} and {@link #closeMarker} tell; their text is text. */
        TOKENS
    }

    /** How an answer ended. */
    public enum Ending {
        /** By itself. */
        COMPLETE,
        /** By a limit: a call that is not closed is dropped. */
        CUT
    }

    private enum Place {
        TEXT,
        CALL,
        BEHIND_CALL
    }

    private final Markers markers;
    private final ToolCallListener listener;
    private Place place = Place.TEXT;

    /** Text that may be the beginning of a marker, or blanks that no text has come before. */
    private final StringBuilder held = new StringBuilder();

    private String half = "";
    private boolean inText;
    private ToolCallReader call = new ToolCallReader();

    /** All of the call that is being read, in case that it is none. */
    private final StringBuilder raw = new StringBuilder();

    private int told;
    private int index;
    private int calls;

    /** Makes one for an answer. */
    public ToolCallParser(Markers markers, ToolCallListener listener) {
        this.markers = markers;
        this.listener = listener;
    }

    /** Takes the next piece of the answer. Half a character at its end waits for the other half. */
    public void append(String piece) {
        String text = half + piece;
        int whole = text.length();
        if (whole > 0 && Character.isHighSurrogate(text.charAt(whole - 1))) {
            whole--;
        }
        half = text.substring(whole);
        read(text.substring(0, whole));
    }

    private void read(String piece) {
        int at = 0;
        while (at < piece.length()) {
            at = switch (place) {
                case TEXT -> text(piece, at);
                case CALL -> call(piece, at);
                case BEHIND_CALL -> behindCall(piece, at);
            };
        }
        if (place != Place.TEXT) {
            tellArguments();
        }
    }

    /** The token {@code <tool_call>} came. */
    public void openMarker() {
        closeCall();
        open();
    }

    /** The token {@code </tool_call>} came. */
    public void closeMarker() {
        if (place == Place.TEXT) {
            read(ConstraintTables.CLOSE);
        } else {
            raw.append(ConstraintTables.CLOSE);
            closeCall();
        }
    }

    /** Calls that were delivered. */
    public int calls() {
        return calls;
    }

    /** Ends the answer: what was held is told now. */
    public void finish(Ending ending) {
        read(half);
        half = "";
        if (place != Place.TEXT && ending == Ending.CUT) {
            place = Place.TEXT;
        } else if (place != Place.TEXT) {
            closeCall();
        } else {
            tellText(held.length());
        }
        held.setLength(0);
    }

    private void open() {
        place = Place.CALL;
        call = new ToolCallReader();
        raw.setLength(0);
        raw.append(ConstraintTables.OPEN);
        told = 0;
        held.setLength(0);
    }

    /** Reads text, and gives the place in the piece where to go on. */
    private int text(String piece, int from) {
        int before = held.length();
        held.append(piece, from, piece.length());
        if (markers == Markers.TOKENS) {
            tellText(held.length());
            return piece.length();
        }
        int found = held.indexOf(ConstraintTables.OPEN);
        if (found < 0) {
            tellText(held.length() - beginning(held, ConstraintTables.OPEN));
            return piece.length();
        }
        int behind = found + ConstraintTables.OPEN.length() - before + from;
        tellText(found);
        open();
        return behind;
    }

    /** Length of the longest end of the text that is the beginning of a marker. */
    private static int beginning(CharSequence text, String marker) {
        for (int length = Math.min(marker.length() - 1, text.length()); length > 0; length--) {
            if (marker.startsWith(
                    text.subSequence(text.length() - length, text.length()).toString())) {
                return length;
            }
        }
        return 0;
    }

    private void tellText(int length) {
        String text = held.substring(0, length);
        if (inText ? !text.isEmpty() : !text.isBlank()) {
            inText = true;
            held.delete(0, length);
            listener.text(text);
        }
    }

    private int call(String piece, int from) {
        for (int at = from; at < piece.length(); at++) {
            if (!call.take(piece.charAt(at))) {
                fail();
                return at;
            }
            raw.append(piece.charAt(at));
            if (call.isDone()) {
                place = Place.BEHIND_CALL;
                return at + 1;
            }
        }
        return piece.length();
    }

    /** Blanks and the end marker. Anything else ends the call too: it is whole. */
    private int behindCall(String piece, int from) {
        String marker = markers == Markers.TEXT ? ConstraintTables.CLOSE : "";
        for (int at = from; at < piece.length(); at++) {
            char unit = piece.charAt(at);
            boolean goesOn = !marker.isEmpty() && marker.charAt(held.length()) == unit;
            if (goesOn) {
                held.append(unit);
                if (held.length() == marker.length()) {
                    held.setLength(0);
                    closeCall();
                    return at + 1;
                }
            } else if (held.length() > 0 || !Character.isWhitespace(unit)) {
                String rest = held.toString();
                held.setLength(0);
                closeCall();
                held.append(rest);
                return at;
            }
        }
        return piece.length();
    }

    /** Tells what is new of the arguments, once the name is known. */
    private void tellArguments() {
        String name = call.name();
        CharSequence arguments = call.arguments();
        if (name != null && told < arguments.length()) {
            String piece = arguments.subSequence(told, arguments.length()).toString();
            if (!piece.isBlank()) {
                told = arguments.length();
                listener.partial(index, name, piece);
            }
        }
    }

    private void closeCall() {
        String name = call.name();
        if (place != Place.TEXT && name != null && call.isWhole()) {
            tellArguments();
            place = Place.TEXT;
            inText = false;
            calls++;
            listener.complete(index++, name, call.arguments().toString());
        } else if (place != Place.TEXT) {
            fail();
        }
    }

    /** What was told of it cannot be taken back; else it was text. */
    private void fail() {
        place = Place.TEXT;
        inText = true;
        if (told > 0) {
            index++;
        } else {
            listener.text(raw.toString());
        }
    }
}
