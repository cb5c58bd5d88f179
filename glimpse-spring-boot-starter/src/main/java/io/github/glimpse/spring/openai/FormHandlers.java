package io.github.glimpse.spring.openai;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Lookup of the handlers of Spring MVC's servlet that read forms, before the body is read: the servlet parses a multipart body before
 * it looks for a handler. Safe for concurrent use.
 */
final class FormHandlers {

    /** Name of the servlet in every application of Spring Boot. Other servlets have no such handlers. */
    private static final String SERVLET = "dispatcherServlet";

    private final Supplier<List<HandlerMapping>> mappings;

    FormHandlers(Supplier<List<HandlerMapping>> mappings) {
        this.mappings = SingletonSupplier.of(mappings);
    }

    /** Whether a handler may read the body; true where that cannot be told. */
    boolean mayRead(HttpServletRequest request) {
        if (!SERVLET.equals(request.getHttpServletMapping().getServletName())) {
            return true;
        }
        try {
            Object handler = handler(new Probe(request));
            return handler != null
                    && !(handler instanceof BodylessHandler)
                    && !(handler instanceof ResourceHttpRequestHandler);
        } catch (HttpRequestMethodNotSupportedException e) {
            // Spring's HiddenHttpMethodFilter may read another method from a form that is posted.
            return request.getMethod().equals("POST");
        } catch (Exception e) {
            // The handler has conditions beyond path and method: the servlet decides.
            return true;
        }
    }

    private @Nullable Object handler(HttpServletRequest request) throws Exception {
        ServletRequestPathUtils.parseAndCache(request);
        for (HandlerMapping mapping : mappings.get()) {
            HandlerExecutionChain chain = mapping.getHandler(request);
            if (chain != null) {
                return chain.getHandler();
            }
        }
        return null;
    }

    /** Request whose attributes are changed by the lookup alone, and whose body the lookup cannot read. */
    private static final class Probe extends HttpServletRequestWrapper {

        private final Map<String, @Nullable Object> changed = new HashMap<>();

        Probe(HttpServletRequest request) {
            super(new UnreadForm(request));
        }

        @Override
        public @Nullable Object getAttribute(String name) {
            return changed.containsKey(name) ? changed.get(name) : super.getAttribute(name);
        }

        @Override
        public void setAttribute(String name, @Nullable Object value) {
            changed.put(name, value);
        }

        @Override
        public void removeAttribute(String name) {
            changed.put(name, null);
        }
    }
}
