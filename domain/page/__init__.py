"""Reading of published library pages, step by step; `domain.catalog_page` is the way in."""
