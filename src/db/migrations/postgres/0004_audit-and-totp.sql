CREATE TABLE "audit_logs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"request_id" text NOT NULL,
	"user_uuid" uuid,
	"email" text,
	"role" text,
	"domain_name" text,
	"access_key" text,
	"client_address" text NOT NULL,
	"operation" text NOT NULL,
	"entity_type" text NOT NULL,
	"entity_id" text,
	"result" text NOT NULL,
	"status" integer NOT NULL,
	"description" text,
	"duration_ms" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "totp_last_step" bigint;
--> statement-breakpoint
CREATE INDEX "ix_audit_logs_created" ON "audit_logs" USING btree ("created_at","id");
--> statement-breakpoint
CREATE INDEX "ix_audit_logs_user" ON "audit_logs" USING btree ("user_uuid","created_at");
--> statement-breakpoint
CREATE INDEX "ix_audit_logs_domain" ON "audit_logs" USING btree ("domain_name","created_at");
--> statement-breakpoint
CREATE INDEX "ix_audit_logs_entity" ON "audit_logs" USING btree ("entity_type","entity_id");
