package io.github.glimpse.text.jinja;

import java.util.List;

/** A Python tuple. Differs from a list in print and in equality. */
record JinjaTuple(List<Object> items) {

    static JinjaTuple of(Object first, Object second) {
        return new JinjaTuple(List.of(first, second));
    }
}
