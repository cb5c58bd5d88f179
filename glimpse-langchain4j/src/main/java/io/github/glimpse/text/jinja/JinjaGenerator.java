package io.github.glimpse.text.jinja;

import java.util.Iterator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values that can be walked through once and have no length, as {@code map} and {@code select} give them.
 *
 * @param items the values; nothing is looked at before the first is asked for, as in Python
 */
record JinjaGenerator(Iterator<Object> items) {

    /** A generator whose source is opened when the first value is asked for; opening may fail. */
    static JinjaGenerator of(Supplier<Iterator<Object>> source) {
        return new JinjaGenerator(new Iterator<>() {
            private @Nullable Iterator<Object> opened;

            private Iterator<Object> open() {
                if (opened == null) {
                    opened = source.get();
                }
                return opened;
            }

            @Override
            public boolean hasNext() {
                return open().hasNext();
            }

            @Override
            public Object next() {
                return open().next();
            }
        });
    }
}
