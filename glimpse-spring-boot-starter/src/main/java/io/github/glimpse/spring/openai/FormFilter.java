package io.github.glimpse.spring.openai;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Filter that keeps forms and multipart bodies unread where no handler reads them: those sent to the endpoint are refused, those sent to
 * paths without a handler are hidden from later filters and Spring MVC, which read such bodies at the speed of the client and log a
 * stack trace for each that is malformed. Refuses long method names, which Spring MVC logs. Safe for concurrent use.
 */
public final class FormFilter extends OncePerRequestFilter implements Ordered {

    private static final Set<String> PATHS =
            Set.of(OpenAiController.CHAT, OpenAiController.EMBEDDINGS, OpenAiController.MODELS);
    private static final String HIDDEN = FormFilter.class.getName() + ".HIDDEN";
    /** The longest registered method, {@code UPDATEREDIRECTREF}, has 17 characters. */
    private static final int LONGEST_METHOD = 32;

    private final FormHandlers handlers;

    /**
     * Creates the filter.
     *
     * @param mappings the mappings of Spring MVC's servlet in their order; asked for at the first form
     */
    public FormFilter(Supplier<List<HandlerMapping>> mappings) {
        this.handlers = new FormHandlers(mappings);
    }

    /** Before every filter that may read a body. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** The servlet parses the body of the original request when it writes an error page. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getMethod().length() > LONGEST_METHOD) {
            JsonResponse.write(
                    request,
                    response,
                    OpenAiException.refused(
                            HttpServletResponse.SC_NOT_IMPLEMENTED,
                            "unknown_method",
                            "The method has " + request.getMethod().length() + " characters, and the limit is "
                                    + LONGEST_METHOD + "; send GET or POST"));
        } else if (!isForm(request.getContentType())) {
            chain.doFilter(request, response);
        } else if (isEndpoint(request)) {
            JsonResponse.write(request, response, RequestBody.notJson());
        } else if (isHidden(request)) {
            chain.doFilter(new UnreadForm(request), response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private boolean isHidden(HttpServletRequest request) {
        if (isErrorDispatch(request)) {
            return request.getAttribute(HIDDEN) != null;
        }
        boolean hidden = !handlers.mayRead(request);
        if (hidden) {
            request.setAttribute(HIDDEN, true);
        }
        return hidden;
    }

    private static boolean isErrorDispatch(HttpServletRequest request) {
        return request.getDispatcherType() == DispatcherType.ERROR;
    }

    private static boolean isForm(@Nullable String contentType) {
        String type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
        return type.startsWith("multipart/") || type.startsWith("application/x-www-form-urlencoded");
    }

    /** Decoded paths without parameters, wherever the servlet of Spring MVC is mapped. */
    private static boolean isEndpoint(HttpServletRequest request) {
        String path = request.getPathInfo() == null ? request.getServletPath() : request.getPathInfo();
        return PATHS.contains(path) || path.startsWith(OpenAiController.MODEL);
    }
}
