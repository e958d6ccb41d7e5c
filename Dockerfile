FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MESSENGER_DATABASE_URL=sqlite:////data/main.db
WORKDIR /app
RUN useradd --system --uid 10001 --no-create-home messenger && install -d -o messenger /data

# requirements-postgresql.txt to keep messages in PostgreSQL
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} .
RUN pip install --no-cache-dir -r ${REQUIREMENTS}
COPY *.py ./
COPY messenger messenger

USER messenger
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
CMD ["python", "messenger_app.py", "--host", "0.0.0.0", "--port", "8000"]
