package io.github.glimpse.text.jinja;

import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.List;

/** What {@code dict.keys()}, {@code values()} and {@code items()} give: countable, without an order to index. */
final class JinjaDictView extends AbstractCollection<Object> {

    private final String name;
    private final List<Object> items;

    /** @param name how Python calls it, such as {@code dict_keys} */
    JinjaDictView(String name, List<Object> items) {
        this.name = name;
        this.items = items;
    }

    String name() {
        return name;
    }

    @Override
    public Iterator<Object> iterator() {
        return items.iterator();
    }

    @Override
    public int size() {
        return items.size();
    }
}
