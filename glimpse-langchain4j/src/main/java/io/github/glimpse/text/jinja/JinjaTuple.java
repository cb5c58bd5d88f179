package io.github.glimpse.text.jinja;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** A Python tuple: a list that is never changed, and differs from others in print and in equality. */
final class JinjaTuple extends AbstractList<Object> implements RandomAccess {

    private final List<Object> items;

    JinjaTuple(List<Object> items) {
        this.items = items;
    }

    static JinjaTuple of(Object... items) {
        return new JinjaTuple(List.of(items));
    }

    @Override
    public Object get(int index) {
        return items.get(index);
    }

    @Override
    public int size() {
        return items.size();
    }
}
