ALTER TABLE "agents" ADD COLUMN "assigned_scaling_group" text;
