package io.github.glimpse.answer;

/** Incremental reader of a JSON number. */
final class NumberReader {

    private enum State {
        MINUS,
        ZERO,
        INTEGER,
        POINT,
        FRACTION,
        EXPONENT,
        SIGN,
        POWER
    }

    private State state = State.MINUS;

    private static boolean isDigit(char unit) {
        return unit >= '0' && unit <= '9';
    }

    /** Starts a number if the unit may be its first one. */
    boolean begins(char unit) {
        state = unit == '-' ? State.MINUS : unit == '0' ? State.ZERO : State.INTEGER;
        return unit == '-' || isDigit(unit);
    }

    /** Whether the unit belongs to the number. */
    boolean goesOn(char unit) {
        boolean digit = isDigit(unit);
        boolean exponent = unit == 'e' || unit == 'E';
        State next =
                switch (state) {
                    case MINUS -> unit == '0' ? State.ZERO : digit ? State.INTEGER : null;
                    case ZERO -> unit == '.' ? State.POINT : exponent ? State.EXPONENT : null;
                    case INTEGER ->
                        digit ? State.INTEGER : unit == '.' ? State.POINT : exponent ? State.EXPONENT : null;
                    case POINT -> digit ? State.FRACTION : null;
                    case FRACTION -> digit ? State.FRACTION : exponent ? State.EXPONENT : null;
                    case EXPONENT -> digit ? State.POWER : unit == '+' || unit == '-' ? State.SIGN : null;
                    case SIGN, POWER -> digit ? State.POWER : null;
                };
        if (next == null) {
            return false;
        }
        state = next;
        return true;
    }

    /** Whether the units so far are a number. */
    boolean isComplete() {
        return state == State.ZERO || state == State.INTEGER || state == State.FRACTION || state == State.POWER;
    }

    /** Whether the whole text is a number. */
    static boolean isNumber(String text) {
        NumberReader reader = new NumberReader();
        if (text.isEmpty() || !reader.begins(text.charAt(0))) {
            return false;
        }
        for (int index = 1; index < text.length(); index++) {
            if (!reader.goesOn(text.charAt(index))) {
                return false;
            }
        }
        return reader.isComplete();
    }
}
